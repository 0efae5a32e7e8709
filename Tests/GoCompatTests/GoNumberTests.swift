import Bytes
import GoCompat
import Testing

struct GoNumberTests {
  private func bytes<T>(_ text: String, _ body: (UnsafeBufferPointer<UInt8>) -> T) -> T {
    Array(text.utf8).withUnsafeBufferPointer(body)
  }

  private func json(_ value: Double) -> String {
    var out = ByteBuffer()
    GoNumber.appendJSON(value, to: &out)
    return String(decoding: out.bytes, as: UTF8.self)
  }

  @Test(arguments: [
    (0.0, "0", "0", "0"), (-0.0, "-0", "-0", "-0"), (1.5, "1.5", "1.5", "1.5"), (100.0, "100", "100", "100"),
    (1e6, "1000000", "1000000", "1e+06"), (123_456_789.0, "123456789", "123456789", "1.23456789e+08"),
    (1e21, "1000000000000000000000", "1e+21", "1e+21"), (1e-7, "0.0000001", "1e-07", "1e-07"),
    (0.0001, "0.0001", "0.0001", "0.0001"), (0.00001, "0.00001", "0.00001", "1e-05"),
    (.leastNonzeroMagnitude, "0." + String(repeating: "0", count: 323) + "5", "5e-324", "5e-324"),
    (.infinity, "+Inf", "+Inf", "+Inf"),
    (3.141592653589793, "3.141592653589793", "3.141592653589793", "3.141592653589793"),
    (1_234_567_890_123_456_768, "1234567890123456800", "1234567890123456800", "1.2345678901234568e+18"),
  ])
  func written(value: Double, plain: String, json: String, general: String) {
    #expect(GoNumber.plain(value) == plain)
    #expect(self.json(value) == json)
    #expect(GoNumber.general(value) == general)
  }

  @Test(arguments: [
    ("0", 0), ("-1", -1), ("+7", 7), ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min),
    ("007", 7),
  ])
  func integers(text: String, value: Int64) { #expect(bytes(text, GoNumber.parseInt) == value) }

  @Test(arguments: ["", "-", "1.5", "1e9", " 1", "9223372036854775808", "-9223372036854775809", "0x1", "1_000"])
  func noIntegers(text: String) { #expect(bytes(text, GoNumber.parseInt) == nil) }

  @Test(arguments: [
    ("1", 1.0), ("1.", 1), (".5", 0.5), ("-1e3", -1000), ("1_000", 1000), ("0x1p4", 16), ("+Inf", .infinity),
    ("-infinity", -.infinity), ("0x_1p4", 16),
  ])
  func floats(text: String, value: Double) { #expect(bytes(text, GoNumber.parseFloat) == value) }

  @Test(arguments: ["", ".", "e5", "1e", "0x1", "1__0", "_1", "1_", "1 ", "abc", "1e400", "--1"])
  func noFloats(text: String) { #expect(bytes(text, GoNumber.parseFloat) == nil) }

  @Test(arguments: [
    ("0", 0.0), ("-0.1", -0.1), ("123456789012345", 123_456_789_012_345),
    ("0.1234567890123456789", 0.1234567890123456789),
    ("1e3", 1000), ("1E-7", 1e-7), ("1e-400", 0), ("9007199254740993", 9_007_199_254_740_992),
    ("0.000000000000000000000000123", 1.23e-25),
  ])
  func jsonNumbers(text: String, value: Double) { #expect(bytes(text, GoNumber.parseJSON) == value) }
}
