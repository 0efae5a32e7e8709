import GoCompat

extension Function {
  static let encodings: [Function] = [
    Function("b64enc", [.string]) { try $0.text(BaseEncoding.base64.encoded($0.bytes(0))) },
    Function("b32enc", [.string]) { try $0.text(BaseEncoding.base32.encoded($0.bytes(0))) },
    // What is wrong with the text takes the place of the result.
    Function("b64dec", [.string]) { try $0.text(BaseEncoding.base64.decoded($0.bytes(0))) },
    Function("b32dec", [.string]) { try $0.text(BaseEncoding.base32.decoded($0.bytes(0))) },
  ]

  static let hashes: [Function] = [
    Function("sha1sum", [.string]) { .string(Hex.text(SHA1.hash($0.bytes(0)))) },
    Function("sha256sum", [.string]) { .string(Hex.text(SHA256.hash($0.bytes(0)))) },
    Function("sha512sum", [.string]) { .string(Hex.text(SHA512.hash($0.bytes(0)))) },
    Function("adler32sum", [.string]) { .text(String(Adler32.sum($0.bytes(0)))) },
  ]
}
