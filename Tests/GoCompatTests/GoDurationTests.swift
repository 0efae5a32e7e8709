import GoCompat
import Testing

struct GoDurationTests {
  @Test(arguments: [
    ("0", 0), ("0s", 0), ("5s", 5_000_000_000), ("-1.5h", -5_400_000_000_000), ("1h2m3.5s", 3_723_500_000_000),
    ("100ms", 100_000_000), ("1us", 1_000), ("1µs", 1_000), ("1μs", 1_000), ("7ns", 7), (".5s", 500_000_000),
    ("1.s", 1_000_000_000), ("+3m", 180_000_000_000), ("9223372036854775807ns", Int64.max),
    ("-9223372036854775808ns", Int64.min), ("2562047h47m16.854775807s", Int64.max),
    ("0.3333333333333333333h", 1_200_000_000_000),
  ])
  func read(text: String, nanoseconds: Int64) { #expect(GoDuration.parse(text)?.nanoseconds == nanoseconds) }

  @Test(arguments: [
    "", "1", "10", "1d", "s", "1 s", "-", "+", ".s", "1x", "1h 2m", "3 seconds", "9223372036854775808ns",
    "1e3s", "99999999999999999999h",
  ])
  func refused(text: String) { #expect(GoDuration.parse(text) == nil) }

  @Test(arguments: [
    (0, "0s"), (1, "1ns"), (1_500, "1.5µs"), (250_000_000, "250ms"), (1_000_000_000, "1s"), (90_000_000_000, "1m30s"),
    (300_000_000_000, "5m0s"), (7_200_000_000_000, "2h0m0s"), (-1_500_000_000, "-1.5s"),
    (Int64.max, "2562047h47m16.854775807s"), (Int64.min, "-2562047h47m16.854775808s"),
  ])
  func printed(nanoseconds: Int64, text: String) {
    #expect(GoDuration(nanoseconds: nanoseconds).description == text)
  }

  @Test(arguments: [
    ("1d", 86_400), ("1h30m", 5_400), ("5m", 300), ("1w", 604_800), ("1y", 31_536_000), ("0", 0), ("2m0s", 120),
  ])
  func prometheus(text: String, seconds: Int64) {
    #expect(PrometheusDuration.parse(text)?.nanoseconds == seconds * 1_000_000_000)
  }

  @Test(arguments: ["", "1", "1.5h", "-1h", "30m1h", "1m1m", "1us", "99999999999y", "h"])
  func noPrometheusDuration(text: String) { #expect(PrometheusDuration.parse(text) == nil) }

  @Test(arguments: [("1d", "1d"), ("90m", "1h30m"), ("100ms", "100ms"), ("0", "0s"), ("8d", "8d"), ("14d", "2w")])
  func prometheusPrinted(text: String, printed: String) {
    #expect(PrometheusDuration.parse(text)?.description == printed)
  }

  @Test(arguments: [
    ("0", 0), ("4096", 4096), ("256kb", 262_144), ("1MB", 1_048_576), ("1.5 KiB", 1536), ("2b", 2), ("1g", 1 << 30),
  ])
  func byteSize(text: String, bytes: Int) { #expect(ByteSize.parse(text)?.bytes == bytes) }

  @Test(arguments: ["", "kb", "-1kb", "10 parsecs", "a lot", "1e3", "1.", "99999999999e"])
  func noByteSize(text: String) { #expect(ByteSize.parse(text) == nil) }

  @Test(arguments: [(0, "0B"), (262_144, "256KB"), (1_572_864, "1.5MB"), (1000, "1000B")])
  func byteSizePrinted(bytes: Int, text: String) { #expect(ByteSize(bytes: bytes).description == text) }
}
