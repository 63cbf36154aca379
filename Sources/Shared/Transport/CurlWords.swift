import CCurl

/// What libcurl's codes mean to the operator who reads why a provider gave no reply. This is the
/// one place where they become words; libcurl's own follow in parentheses.
enum CurlWords {
    static func text(of code: CURLcode) -> String {
        "\(words(for: code)) (curl \(code.rawValue): \(String(cString: curl_easy_strerror(code))))"
    }

    private static func words(for code: CURLcode) -> String {
        switch code {
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: "its url cannot be called"
        case CURLE_COULDNT_RESOLVE_HOST: "the DNS does not know the name in its url"
        case CURLE_COULDNT_CONNECT: "nothing takes connections at its url"
        case CURLE_OPERATION_TIMEDOUT: "it took longer than its timeouts allow"
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_USE_SSL_FAILED:
            "no secure connection could be made"
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CACERT_BADFILE:
            "this machine does not trust its certificate"
        case CURLE_GOT_NOTHING: "it closed the connection without a reply"
        case CURLE_SEND_ERROR: "the connection broke while the request went out"
        case CURLE_RECV_ERROR: "the connection broke before the reply was whole"
        case CURLE_PARTIAL_FILE: "the reply ended before it was whole"
        case CURLE_SEND_FAIL_REWIND: "it closed the connection while the request went out"
        case CURLE_WEIRD_SERVER_REPLY: "what answers at its url does not speak HTTP"
        case CURLE_HTTP2, CURLE_HTTP2_STREAM: "it broke the rules of HTTP/2"
        case CURLE_BAD_CONTENT_ENCODING: "its reply is compressed in a way that cannot be undone"
        case CURLE_OUT_OF_MEMORY: "no memory is left here"
        default: "the exchange failed"
        }
    }
}
