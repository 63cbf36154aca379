import Glibc

/// The path of a program of this package, which is built beside the tests.
package func builtProgram(_ name: String) -> String {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink("/proc/self/exe", &path, path.count)
    let tests = String(
        decoding: path.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
    return tests.prefix(through: tests.lastIndex(of: "/")!) + name
}
