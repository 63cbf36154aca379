import Failures
import NIOSSL

/// The files of a certificate with its chain, and of its key, both PEM.
package struct CertificateFiles: Hashable, Sendable {
    package let certificate: String
    package let key: String

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }

    /// TLS 1.2 at least, and HTTP/1.1 only: over HTTP/2 some clients send a refused POST again by
    /// themselves.
    ///
    /// - Throws: `CertificateUnusable`.
    func context() throws(CertificateUnusable) -> NIOSSLContext {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw CertificateUnusable(files: self, reason: "\(error)")
        }
    }
}

/// A certificate or its key cannot be used.
package struct CertificateUnusable: StageFailure, CustomStringConvertible {
    let files: CertificateFiles
    let reason: String

    package var exitStatus: ExitStatus { .badConfiguration }

    package var description: String {
        """
        The certificate \(files.certificate) cannot be used with the key \(files.key): one of them \
        is not there, is no PEM, or they do not belong together (\(reason)). Nothing was changed; \
        correct the files.
        """
    }
}
