import TestHouse

extension Recomputation {
    var transactions: [[String]] {
        byID("transactions").map { moved in
            [
                Cell.integer(moved["id"]), Cell.time(moved["created_at"]), Cell.text(moved["type"]),
                wallet(moved["from_wallet_id"]), wallet(moved["to_wallet_id"]),
                Cell.amount(moved["amount"]),
                text("currency", of: "wallets", moved["from_wallet_id"]),
                Cell.text(moved["user_id"]), Cell.integer(moved["order_id"]),
                Cell.text(moved["reference"]), text("name", of: "files", moved["file_id"]),
            ]
        }
    }

    var users: [[String]] {
        tables["users"]!.sorted { ($0["id"] as String) < ($1["id"] as String) }.map { user in
            let id: String = user["id"]
            func balance(_ name: String) -> String {
                let wallet = tables["wallets"]!.first {
                    $0["user_id"] as String? == id && $0["name"] as String? == name
                }!
                return Cell.amount(self.balance(of: wallet["id"]))
            }
            func moved(_ types: Set<String>) -> Int64 {
                self.moved(types) { $0["user_id"] as String? == id }
            }
            let files = tables["files"]!.filter { $0["user_id"] as String? == id }
            return [
                Cell.text(id), Cell.text(user["role"]), Cell.text(user["email"]),
                Cell.flag(user["banned"]), balance("available"), balance("held"),
                Cell.amount(moved(["deposit"])),
                Cell.amount(moved(["capture"]) - moved(["refund"])),
                Cell.amount(moved(["release", "refund"])),
                String(tables["orders"]!.count { $0["user_id"] as String? == id }),
                Cell.time(files.map { $0["received_at"] as Int64 }.max()),
            ]
        }
    }

    var services: [[String]] {
        byID("services").map { service in
            let id: Int64 = service["id"]
            func amount(_ column: String) -> String { Cell.amount(service[column]) }
            func flag(_ column: String) -> String { Cell.flag(service[column]) }
            let percent = Cell.amount(service["profit"])
            return [
                Cell.integer(id), text("name", of: "providers", service["provider_id"]),
                Cell.text(service["provider_service"]), Cell.text(service["name"]),
                text("name", of: "categories", service["category_id"]), Cell.text(service["type"]),
                amount("cost_rate"), amount("sale_rate"), percent,
                Cell.integer(service["min"]), Cell.integer(service["max"]), flag("dripfeed"),
                flag("refill"), flag("cancel"), Cell.flag(isOnSale(service)),
                averageMinutes(tables["orders"]!.filter { $0["service_id"] == id }),
            ]
        }
    }

    /// Whether it is sold and somebody can serve it. In these tests no provider names another
    /// currency.
    private func isOnSale(_ service: Row) -> Bool {
        func isOn(_ provider: Row) -> Bool { provider["state"] as String? != "disabled" }
        let own = tables["providers"]!.first { $0["id"] as Int64? == service["provider_id"] }!
        let backups = tables["service_backups"]!.filter {
            $0["service_id"] as Int64? == service["id"] as Int64
        }
        let isBacked = backups.contains { backup in
            tables["services"]!.contains { other in
                let provider = tables["providers"]!.first {
                    $0["id"] as Int64? == other["provider_id"]
                }!
                return provider["name"] as String? == backup["provider"] as String
                    && other["provider_service"] as String? == backup["provider_service"] as String
                    && isOn(provider) && other["fault"] as String? == nil
                    && other["withheld"] as String? == nil
                    && other["type"] as String? == service["type"] as String
            }
        }
        return service["enabled"] && (isOn(own) || isBacked)
    }

    /// Good for as long as no error is a day old.
    var providers: [[String]] {
        tables["providers"]!.sorted { ($0["name"] as String) < ($1["name"] as String) }.map {
            provider in
            let id: Int64 = provider["id"]
            let open = tables["orders"]!.filter {
                $0["provider_id"] as Int64? == id && ($0["ended_at"] as Int64?) == nil
            }
            let float = tables["wallets"]!
                .first { $0["provider_id"] as Int64? == id && $0["name"] as String? == "float" }
            let balance: Int64? = provider["balance"]
            // At the moment of the reported balance.
            let told: Int64 = provider["balance_at"] as Int64? ?? .max
            let expected = float.map { self.balance(of: $0["id"], until: told) } ?? 0
            let isKnown = float.map { float in
                tables["transactions"]!.contains {
                    $0["type"] as String? == "provider_topup"
                        && $0["to_wallet_id"] as Int64? == float["id"] as Int64
                        && ($0["created_at"] as Int64) <= told
                }
            }
            let errors = tables["provider_errors"]!.filter { $0["provider_id"] as Int64? == id }
            return [
                Cell.text(provider["name"]), Cell.text(provider["state"]), Cell.amount(balance),
                Cell.amount(expected),
                Cell.amount(isKnown == true ? balance.map { $0 - expected } : nil),
                Cell.text(provider["currency"]), String(open.count),
                String(open.count { $0["state"] as String? == "in_doubt" }),
                String(errors.reduce(0) { $0 + ($1["errors"] as Int64) }),
                Cell.time(provider["last_answer_at"]),
            ]
        }
    }

    var exceptions: [[String]] {
        byID("exceptions").map { exception in
            [
                Cell.time(exception["at"]), Cell.text(exception["kind"]),
                Cell.integer(exception["order_id"]),
                text("name", of: "providers", exception["provider_id"]),
                Cell.text(exception["detail"]), Cell.integer(exception["occurrences"]),
            ]
        }
    }

    var catalogueChanges: [[String]] {
        byID("catalogue_changes").map { change in
            let service: Int64? = change["service_id"]
            return [
                Cell.time(change["at"]), text("name", of: "providers", change["provider_id"]),
                Cell.integer(service), text("provider_service", of: "services", service),
                text("name", of: "services", service), Cell.text(change["kind"]),
                Cell.text(change["field"]), Cell.text(change["before"]),
                Cell.text(change["after"]),
            ]
        }
    }

    var files: [[String]] {
        byID("files").map { file in
            [
                Cell.text(file["user_id"] as String? ?? "desk"), Cell.text(file["name"]),
                Cell.text(file["sha256"]), Cell.text(file["batch"]), Cell.text(file["status"]),
                Cell.integer(file["lines"]), Cell.integer(file["accepted"]),
                Cell.integer(file["rejected"]),
                Cell.amount(moved(["hold"]) { $0["file_id"] as Int64? == file["id"] as Int64 }),
                Cell.time(file["received_at"]),
            ]
        }
    }

    var deposits: [[String]] {
        byID("deposits").map { deposit in
            [
                Cell.text(deposit["user_id"]), Cell.text(deposit["method"]),
                Cell.text(deposit["reference"]), Cell.amount(deposit["amount"]),
                Cell.text(deposit["currency"]), Cell.text(deposit["status"]),
                Cell.time(deposit["claimed_at"]), Cell.time(deposit["confirmed_at"]),
                Cell.amount(deposit["fee"]),
            ]
        }
    }

    /// Every file of contract.md §5: its name, its columns, its lines.
    var everything: [(name: String, columns: String, lines: [[String]])] {
        let sums =
            "key,orders,completed,partial,canceled,refused,in_doubt,charged,refunded,cost,profit,"
            + "average_minutes"
        return [
            (
                "orders",
                "order,user,ref,service,service_name,type,link,quantity,charge,refunded,cost,"
                    + "profit,currency,provider,provider_order,status,start_count,remains,"
                    + "created_at,placed_at,ended_at", orders
            ),
            (
                "transactions",
                "transaction,at,type,from_wallet,to_wallet,amount,currency,user,order,reference,"
                    + "file",
                transactions
            ),
            (
                "users",
                "user,role,email,banned,available,held,deposited,spent,refunded,orders,"
                    + "last_file_at",
                users
            ),
            (
                "services",
                "service,provider,provider_service,name,category,type,cost_rate,sale_rate,"
                    + "profit_percent,min,max,dripfeed,refill,cancel,enabled,average_minutes",
                services
            ),
            ("daily", "day,orders,units,charged,refunded,cost,fees,profit,unsent", daily),
            ("by-service", sums, byService), ("by-provider", sums, byProvider),
            ("by-user", sums, byUser),
            (
                "providers",
                "provider,state,balance,expected_balance,drift,currency,open_orders,in_doubt,"
                    + "errors_24h,last_answer_at", providers
            ),
            ("in-doubt", "order,user,charge,provider,attempt,sent_at,evidence", inDoubt),
            (
                "stuck",
                "order,user,service,provider,provider_order,status,placed_at,last_change_at,"
                    + "hours_without_change", stuck
            ),
            ("exceptions", "at,kind,order,provider,detail,occurrences", exceptions),
            (
                "catalogue-changes",
                "at,provider,service,provider_service,name,kind,field,before,after",
                catalogueChanges
            ),
            (
                "files",
                "user,file,sha256,batch,status,received,accepted,rejected,charged,received_at",
                files
            ),
            (
                "deposits",
                "user,method,reference,amount,currency,status,claimed_at,confirmed_at,fee", deposits
            ),
        ]
    }
}
