import Glibc

/// The path of a program of this package: in the folder that `PROGRAMS` names, else beside the
/// tests, where it was built with them.
package func builtProgram(_ name: String) -> String {
    if let folder = getenv("PROGRAMS") { return "\(String(cString: folder))/\(name)" }
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink("/proc/self/exe", &path, path.count)
    let tests = String(
        decoding: path.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
    return tests.prefix(through: tests.lastIndex(of: "/")!) + name
}
