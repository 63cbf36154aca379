/// What dispatch knows of providers over the runs.
extension Schema4 {
    static let sending = ""
}
