import TestHouse
import Testing

@testable import ReportStage

/// The reports of the small book, added up by hand: every column of contract.md §5, in its order.
@Suite struct SummaryTests {
    private static let expected: [(file: String, lines: [String])] = [
        (
            "orders",
            [
                """
                order,user,ref,service,service_name,type,link,quantity,charge,refunded,cost,profit,\
                currency,provider,provider_order,status,start_count,remains,created_at,placed_at,\
                ended_at
                """,
                #"1,acme,A-1,101,"Followers, ""fast""",Default,"https://example.com/1000?a=1,2","#
                    + #"1000,"#
                    + "0.787500,0.100000,0.500000,0.187500,USD,alpha,p1,completed,3572,,"
                    + "2026-10-30T10:00:00Z,2026-10-30T10:01:00Z,2026-10-30T10:31:00Z",
                "2,acme,\"'-A\n2\",102,'=HYPERLINK(1),custom_comments package,"
                    + "\"https://example.com/1?a=1,2\",1,1.750000,0.750000,0.600000,0.400000,USD,"
                    + "alpha,"
                    + "p2,partial,,43,2026-10-30T10:00:00Z,2026-10-30T10:01:00Z,"
                    + "2026-10-30T11:01:00Z",
                #"3,zoe,Z-1,101,"Followers, ""fast""",Default,"https://example.com/5000?a=1,2","#
                    + #"5000,"#
                    + "4.000000,0.000000,0.000000,0.000000,USD,alpha,,in_doubt,,,"
                    + "2026-11-02T12:00:00Z,,",
                #"4,zoe,Z-2,101,"Followers, ""fast""",Default,"https://example.com/1000?a=1,2","#
                    + #"1000,"#
                    + "0.800000,0.800000,0.000000,0.000000,USD,alpha,,refused,,,"
                    + "2026-11-02T12:00:00Z,,2026-11-02T12:01:00Z",
                #"5,zoe,Z-3,101,"Followers, ""fast""",Default,"https://example.com/2000?a=1,2","#
                    + #"2000,"#
                    + "1.600000,0.000000,1.000000,0.600000,USD,alpha,p5,placed,,,"
                    + "2026-11-02T12:00:00Z,2026-11-02T12:01:00Z,",
                #"6,zoe,Z-4,101,"Followers, ""fast""",Default,"https://example.com/1000?a=1,2","#
                    + #"1000,"#
                    + "0.800000,0.000000,0.000000,0.000000,USD,alpha,,accepted,,,"
                    + "2026-11-02T12:00:00Z,,",
            ]
        ),
        (
            "users",
            [
                """
                user,role,email,banned,available,held,deposited,spent,refunded,orders,last_file_at,\
                discount_percent,credit_limit,ban_reason,ban_expires
                """,
                "acme,reseller,ops@acme.example,false,95.812500,0.000000,100.000000,1.687500,"
                    + "0.850000,"
                    + "2,2026-10-30T10:00:00Z,12.500000,0.000000,,",
                "zoe,reseller,,true,33.600000,6.400000,50.000000,0.000000,0.800000,4,"
                    + "2026-11-02T12:00:00Z,0.000000,0.000000,chargeback,",
            ]
        ),
        (
            "services",
            [
                """
                service,provider,provider_service,name,category,type,cost_rate,sale_rate,\
                profit_percent,min,max,dripfeed,refill,cancel,enabled,average_minutes,\
                provider_rate,\
                provider_currency,offered_rate,offered_sale_rate,withheld,fault,backups
                """,
                #"101,alpha,101,"Followers, ""fast""",'@Instagram,Default,0.500000,0.900000,"#
                    + #"80.000000,10,"#
                    + "50000,true,false,true,true,30,0.500000,USD,,,,,",
                "102,alpha,102,'=HYPERLINK(1),'@Instagram,custom_comments package,1.000000,"
                    + "2.000000,"
                    + "100.000000,10,50000,true,false,true,true,,1.000000,USD,,,,,",
                "103,alpha,103,Not on sale,'@Instagram,Default,1.000000,2.000000,100.000000,10,"
                    + "50000,true,"
                    + "false,true,false,,1.000000,USD,,,,,",
                "104,alpha,104,Of no known kind,'@Instagram,Oracle,1.000000,2.000000,100.000000,"
                    + "10,50000,"
                    + "true,false,true,true,,1.000000,USD,,,,,",
            ]
        ),
        (
            "daily",
            [
                "day,orders,units,charged,refunded,cost,fees,profit,unsent",
                "2026-10-30,2,1001,2.537500,0.850000,1.100000,1.500000,2.087500,0.000000",
                "2026-11-02,4,9000,7.200000,0.800000,1.000000,0.000000,0.600000,4.800000",
                "2026-11-03,0,0,0.000000,0.000000,0.000000,0.250000,0.250000,0.000000",
            ]
        ),
        (
            "by-service",
            [
                sums, "101,5,1,0,0,1,1,7.987500,0.900000,1.500000,0.787500,30,2,6.400000",
                "102,1,0,1,0,0,0,1.750000,0.750000,0.600000,0.400000,,0,0.000000",
            ]
        ),
        (
            "by-provider",
            [sums, "alpha,6,1,1,0,1,1,9.737500,1.650000,2.100000,1.187500,30,2,6.400000"]
        ),
        (
            "by-user",
            [
                sums, "acme,2,1,1,0,0,0,2.537500,0.850000,1.100000,0.587500,30,0,0.000000",
                "zoe,4,0,0,0,1,1,7.200000,0.800000,1.000000,0.600000,,2,6.400000",
            ]
        ),
        (
            "providers",
            [
                """
                provider,state,balance,expected_balance,drift,currency,open_orders,in_doubt,\
                errors_24h,last_answer_at,paused_until,reason,balance_at
                """,
                "alpha,active,498.200000,497.900000,0.300000,USD,3,1,2,2026-11-23T09:30:00Z,,,"
                    + "2026-11-23T09:00:00Z",
            ]
        ),
        (
            "in-doubt",
            [
                "order,user,charge,provider,attempt,sent_at,evidence,age_hours,decision",
                "3,zoe,4.000000,alpha,1,2026-11-02T12:01:00Z,\"time-out\nafter sending\",501,",
            ]
        ),
        (
            "stuck",
            [
                """
                order,user,service,provider,provider_order,status,placed_at,last_change_at,\
                hours_without_change
                """,
                "5,zoe,101,alpha,p5,Fail,2026-11-02T12:01:00Z,2026-11-20T09:00:00Z,73",
            ]
        ),
        (
            "exceptions",
            [
                "at,kind,order,provider,detail,occurrences",
                #"2026-11-20T09:00:00Z,unknown_status,5,alpha,"""Fail"" is no status",1"#,
            ]
        ),
        (
            "deposits",
            [
                """
                user,method,reference,amount,currency,status,claimed_at,confirmed_at,fee,credited,\
                ref
                """,
                "acme,bank,TX-1,100.000000,USD,confirmed,,2026-10-30T09:00:00Z,1.500000,"
                    + "100.000000,",
                "zoe,card,'+49,50.000000,USD,confirmed,,2026-10-30T09:00:00Z,0.000000,50.000000,",
                "zoe,bank,TX-9,20.000000,USD,pending,2026-11-02T12:00:00Z,,,,D-1",
            ]
        ),
        (
            "withdrawals",
            [
                "user,ref,amount,fee,to,status,reference,asked_at,ended_at",
                "zoe,W-1,10.000000,0.250000,IBAN,paid,TX-7,2026-11-02T12:00:00Z,"
                    + "2026-11-03T09:00:00Z",
            ]
        ),
        (
            "requests",
            [
                """
                user,ref,kind,order,provider,provider_order,provider_request,state,status,asked_at,\
                ended_at
                """
            ]
        ),
        (
            "decisions",
            ["order,outcome,provider_order,by,state,note,decided_at,ended_at,file"]
        ),
        (
            "prices",
            [
                "user,service,service_name,price,sale_rate,cost_rate",
                #"zoe,101,"Followers, ""fast""",0.800000,0.900000,0.500000"#,
            ]
        ),
        (
            "catalogue-changes",
            [
                "at,provider,service,provider_service,name,kind,field,before,after",
                #"2026-10-30T08:00:00Z,alpha,101,101,"Followers, ""fast""",new,,,"#,
                "2026-10-30T08:00:00Z,alpha,102,102,'=HYPERLINK(1),new,,,",
                "2026-10-30T08:00:00Z,alpha,103,103,Not on sale,new,,,",
                "2026-10-30T08:00:00Z,alpha,104,104,Of no known kind,new,,,",
            ]
        ),
    ]

    private static let sums = """
        key,orders,completed,partial,canceled,refused,in_doubt,charged,refunded,cost,profit,\
        average_minutes,open,held
        """

    @Test(arguments: expected)
    func `each summary matches sums added up by hand`(file: String, lines: [String]) throws {
        let house = try House.withBook()
        try house.report([.summaries])
        let text = house.text(of: "reports/latest/\(file).csv")
        // The byte order mark, by which Excel and LibreOffice know UTF-8.
        #expect(text == "\u{FEFF}" + lines.map { "\($0)\r\n" }.joined())
    }

    @Test func `files are listed in the order they were taken, including the desk's`() throws {
        let house = try House.withBook()
        try house.report([.summaries])
        let rows = try house.summary("files")
        #expect(
            rows.first?.joined(separator: ",")
                == "user,file,sha256,batch,status,received,accepted,rejected,charged,received_at")
        let lines = rows.dropFirst().map { row in
            "\(row[0]),\(row[1]),\(row[3...].joined(separator: ","))"
        }
        let expected: [String] = [
            "desk,open.json,batch of open.json,accepted,6,6,0,0.000000,2026-10-30T09:00:00Z",
            "acme,a.json,batch of a.json,accepted,2,2,0,2.537500,2026-10-30T10:00:00Z",
            "zoe,z.json,batch of z.json,partial,7,6,1,7.200000,2026-11-02T12:00:00Z",
            "desk,close.json,batch of close.json,accepted,4,4,0,0.000000,2026-11-03T09:00:00Z",
        ]
        #expect(lines == expected)
    }

    @Test func `transactions name their wallets by owner`() throws {
        let house = try House.withBook()
        try house.report([.summaries])
        let rows = try house.summary("transactions")
        #expect(
            rows.first?.joined(separator: ",")
                == "transaction,at,type,from_wallet,to_wallet,amount,currency,user,order,"
                + "reference,file,"
                + "note")
        let lines = rows.map { $0.joined(separator: ",") }
        for line in [
            "1,2026-10-30T09:00:00Z,deposit,house:deposits,acme:available,100.000000,USD,acme,,"
                + "deposit:1,open.json,bank TX-1",
            "2,2026-10-30T09:00:00Z,fee,acme:available,house:fees,1.500000,USD,acme,,"
                + "fee:deposit:1,open.json,bank TX-1",
            "5,2026-10-30T10:00:00Z,hold,acme:available,acme:held,0.787500,USD,acme,1,hold:1,"
                + "a.json,",
            "9,2026-10-30T10:31:00Z,capture,acme:held,house:revenue,0.787500,USD,acme,1,"
                + "capture:1,,",
            "4,2026-10-30T09:00:00Z,provider_topup,house:deposits,alpha:float,500.000000,USD,,,"
                + "provider_topup:alpha:TOP-1,open.json,TOP-1",
        ] {
            #expect(lines.contains(line))
        }
    }
}
