import GoCompat
import Testing

struct TimeLayoutTests {
  private static let iso = TimeLayout("2006-01-02T15:04:05.999999999Z07:00")

  /// The time in UTC, or `nil` if it does not fit.
  private func read(_ format: String, _ text: String, location: String? = nil) -> String? {
    let zone = location.flatMap { TimeZoneRules.named($0) }
    guard
      var time = Array(text.utf8).withUnsafeBufferPointer({
        TimestampFormat(format).parse($0, location: zone, currentYear: 2023)
      })
    else { return nil }
    time.offset = 0
    return Self.iso.format(time)
  }

  @Test(arguments: [
    ("ANSIC", "Sat May  6 07:08:09 2023", "2023-05-06T07:08:09Z"),
    ("ANSIC", "Sat May 6 07:08:10 2023", "2023-05-06T07:08:10Z"),
    ("UnixDate", "Sat May  6 07:08:09 UTC 2023", "2023-05-06T07:08:09Z"),
    ("RubyDate", "Sat May 06 07:08:09 -0330 2023", "2023-05-06T10:38:09Z"),
    ("RFC822", "06 May 99 07:08 GMT", "1999-05-06T07:08:00Z"),
    ("RFC822Z", "06 May 23 07:08 +0530", "2023-05-06T01:38:00Z"),
    ("RFC850", "Saturday, 06-May-23 07:08:09 UTC", "2023-05-06T07:08:09Z"),
    ("RFC1123Z", "Sat, 06 May 2023 07:08:09 -0700", "2023-05-06T14:08:09Z"),
    ("RFC3339", "2023-05-06T07:08:09+02:00", "2023-05-06T05:08:09Z"),
    ("RFC3339", "2023-05-06T07:08:09.123456Z", "2023-05-06T07:08:09.123456Z"),
    ("RFC3339Nano", "2023-05-06T07:08:09.123456789987Z", "2023-05-06T07:08:09.123456789Z"),
    ("RFC3339", "2023-05-06T7:08:09Z", "2023-05-06T07:08:09Z"),
    ("RFC3339", "2023-05-06T07:08:09,5Z", "2023-05-06T07:08:09.5Z"),
    ("RFC3339", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ("RFC3339", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
    ("RFC3339", "2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
    ("Unix", "1562708916.1234567899", "2019-07-09T21:48:36.123456789Z"), ("Unix", "-86400", "1969-12-31T00:00:00Z"),
    ("Unix", "-1.5", "1969-12-31T23:59:59.5Z"), ("UnixMs", "-1", "1969-12-31T23:59:59.999Z"),
    ("UnixUs", "1562708916414123", "2019-07-09T21:48:36.414123Z"),
    ("UnixNs", "1562708916000000123", "2019-07-09T21:48:36.000000123Z"),
    ("02/Jan/2006:15:04:05 -0700", "06/May/2023:07:08:09 +0200", "2023-05-06T05:08:09Z"),
    ("20060102150405", "20230506070809", "2023-05-06T07:08:09Z"),
    ("2006-002 15:04", "2023-126 07:08", "2023-05-06T07:08:00Z"),
    ("2006-__2", "2024- 60", "2024-02-29T00:00:00Z"), ("2006-__2", "2024-  1", "2024-01-01T00:00:00Z"),
    ("060102 15:04:05", "230506 07:08:09", "2023-05-06T07:08:09Z"), ("06-01-02", "69-01-01", "1969-01-01T00:00:00Z"),
    ("2006-01-02 15:04:05.000", "2023-05-06 07:08:09.123", "2023-05-06T07:08:09.123Z"),
    ("2006-01-02 15:04:05.999", "2023-05-06 07:08:09.1234567", "2023-05-06T07:08:09.1234567Z"),
    ("2006-01-02 15:04:05.999", "2023-05-06 07:08:09", "2023-05-06T07:08:09Z"),
    ("2006-01-02 15:04:05,000", "2023-05-06 07:08:09.123", "2023-05-06T07:08:09.123Z"),
    ("2006-01-02 15:04:05", "2023-05-06 07:08:09,75", "2023-05-06T07:08:09.75Z"),
    ("Monday, January 2 2006 15:04", "sunday, SEPTEMBER 16 2023 07:08", "2023-09-16T07:08:00Z"),
    ("1/2/2006 3:04:05 PM", "5/6/2023 12:00:00 AM", "2023-05-06T00:00:00Z"),
    ("1/2/2006 3:04:05 PM", "05/06/2023 07:08:09 PM", "2023-05-06T19:08:09Z"),
    ("2006-01-02T15:04:05-07", "2023-05-06T07:08:09+02", "2023-05-06T05:08:09Z"),
    ("2006-01-02T15:04:05Z0700", "2023-05-06T07:08:09+0230", "2023-05-06T04:38:09Z"),
    ("2006-01-02T15:04:05Z07:00:00", "2023-05-06T07:08:09+01:02:03", "2023-05-06T06:06:06Z"),
    ("Jan _2 15:04:05", "Jun  6 07:08:09", "2023-06-06T07:08:09Z"),
    ("Jan _2 15:04:05", "Feb 29 00:00:00", "2023-03-01T00:00:00Z"),
    ("_2006-01-02", "_2023-05-06", "2023-05-06T00:00:00Z"),
  ])
  func fits(format: String, text: String, expected: String) { #expect(read(format, text) == expected) }

  @Test(arguments: [
    ("RFC3339", "2023-05-06t07:08:09z"), ("RFC3339", "2023-05-06 07:08:09Z"), ("RFC3339", "2023-5-6T07:08:09Z"),
    ("RFC3339", "2023-05-06T07:08:09"), ("RFC3339", "2023-05-06T07:08:09+0200"), ("RFC3339", "2023-05-06T07:08:60Z"),
    ("RFC3339", "2023-05-06T24:00:00Z"), ("RFC3339", "2023-02-29T07:08:09Z"), ("RFC3339", "2023-05-06T07:08:09Z x"),
    ("RFC3339", " 2023-05-06T07:08:09Z"), ("RFC3339", "2023-05-06T07:08:09+25:00"), ("RFC3339", ""),
    ("RFC3339", "2023-00-06T07:08:09Z"), ("RFC3339", "2023-05-06T07:08:09.Z"),
    ("rfc3339", "2023-05-06T07:08:09Z"), ("Unix", "1562708916."), ("Unix", ".5"), ("Unix", "1.5.5"), ("Unix", "1e9"),
    ("Unix", " 1"), ("Unix", "0x5d24a374"), ("Unix", "1,562"), ("UnixMs", "1562708916414.5"), ("UnixNs", ""),
    ("2006-01-02 15:04:05.000", "2023-05-06 07:08:09.12"), ("2006-01-02 15:04:05.000", "2023-05-06 07:08:09.1234"),
    ("2006-01-02 15:04:05", "2023-05-06 07:08:09."), ("Monday, January 2 2006", "Sat, Sep 16 2023"),
    ("1/2/2006 3:04:05 PM", "5/6/2023 7:08:09 pm"), ("1/2/2006 3:04:05 PM", "5/6/2023 13:08:09 PM"),
    ("2006-01-02T15:04:05-07:00", "2023-05-06T07:08:09Z"), ("2006-002", "2023-366"), ("2006-002", "2023-000"),
    ("2006-01-02 MST", "2023-05-06 xy"), ("2006-01-02 MST", "2023-05-06 ABCDEF"),
  ])
  func doesNotFit(format: String, text: String) { #expect(read(format, text) == nil) }

  @Test(arguments: [
    ("Europe/Berlin", "2023-01-06 07:08:09", "2023-01-06T06:08:09Z"),
    ("Europe/Berlin", "2023-07-06 07:08:09", "2023-07-06T05:08:09Z"),
    ("America/New_York", "2023-03-12 01:59:59", "2023-03-12T06:59:59Z"),
    ("America/New_York", "2023-03-12 02:30:00", "2023-03-12T06:30:00Z"),
    ("America/New_York", "2023-03-12 03:00:00", "2023-03-12T07:00:00Z"),
    ("America/New_York", "2023-11-05 01:30:00", "2023-11-05T05:30:00Z"),
    ("America/New_York", "2023-11-05 02:00:00", "2023-11-05T07:00:00Z"),
    // Beyond the transitions of the file its rule holds.
    ("Europe/Berlin", "2100-07-06 07:08:09", "2100-07-06T05:08:09Z"),
    ("Europe/Berlin", "2100-12-06 07:08:09", "2100-12-06T06:08:09Z"),
    ("Asia/Tokyo", "2023-05-06 07:08:09", "2023-05-05T22:08:09Z"),
    ("Etc/GMT+5", "2023-05-06 07:08:09", "2023-05-06T12:08:09Z"),
    ("UTC", "2023-05-06 07:08:09", "2023-05-06T07:08:09Z"),
    ("Europe/Berlin", "1850-01-01 00:00:00", "1849-12-31T23:06:32Z"),
  ])
  func locations(location: String, text: String, expected: String) {
    #expect(read("2006-01-02 15:04:05", text, location: location) == expected)
  }

  @Test func anOffsetWinsOverTheLocation() {
    #expect(
      read("2006-01-02 15:04:05 -0700", "2023-05-06 07:08:09 +0100", location: "Asia/Tokyo") == "2023-05-06T06:08:09Z")
    #expect(read("ANSIC", "Sat May  6 07:08:09 2023", location: "Asia/Tokyo") == "2023-05-06T07:08:09Z")
  }

  @Test(arguments: [
    ("2023-01-06 07:08:09 CET", "2023-01-06T06:08:09Z"), ("2023-07-06 07:08:09 CEST", "2023-07-06T05:08:09Z"),
    ("2023-07-06 07:08:09 CET", "2023-07-06T06:08:09Z"), ("2023-07-06 07:08:09 UTC", "2023-07-06T07:08:09Z"),
    ("2023-07-06 07:08:09 EST", "2023-07-06T07:08:09Z"), ("2023-07-06 07:08:09 GMT+3", "2023-07-06T07:08:09Z"),
    ("2023-07-06 07:08:09 +03", "2023-07-06T07:08:09Z"),
  ])
  func zoneNames(text: String, expected: String) {
    #expect(read("2006-01-02 15:04:05 MST", text, location: "Europe/Berlin") == expected)
  }

  @Test func unknownLocations() {
    #expect(TimeZoneRules.named("Europe/Atlantis") == nil)
    #expect(TimeZoneRules.named("../../etc/passwd") == nil)
    #expect(TimeZoneRules.named("/etc/localtime") == nil)
    #expect(TimeZoneRules.named("") === TimeZoneRules.utc)
  }

  @Test func theYearIsKnownToBeMissing() {
    #expect(TimestampFormat("Jan _2 15:04:05").lacksYear)
    #expect(!TimestampFormat("RFC3339").lacksYear)
    #expect(!TimestampFormat("Unix").lacksYear)
  }

  @Test(arguments: [
    ("Mon Jan _2 15:04:05 MST 2006", "Sat May  6 19:08:09 +0530 2023"),
    ("2006-01-02T15:04:05.000Z07:00", "2023-05-06T19:08:09.120+05:30"),
    ("Monday, January 2 06 3:4:5 pm", "Saturday, May 6 23 7:8:9 pm"), ("002 __2 .99 ,000000", "126 126 .12 ,120000"),
    ("Z0700 Z07 -07:00:00 03PM Janet", "+0530 +05 +05:30:00 07PM Janet"),
  ])
  func written(layout: String, expected: String) {
    let time = ParsedTime(seconds: 1_683_380_289, nanoseconds: 120_000_000, offset: 19_800)
    #expect(TimeLayout(layout).format(time) == expected)
  }

  @Test func writtenInUTCAndElsewhere() throws {
    let time = ParsedTime(seconds: 1_683_380_289)
    let layout = TimeLayout("2006-01-02 15:04:05 MST Z07:00")
    #expect(layout.format(time) == "2023-05-06 13:38:09 UTC Z")
    let tokyo = try #require(TimeZoneRules.named("Asia/Tokyo"))
    #expect(layout.format(time.shown(in: tokyo), abbreviation: "JST") == "2023-05-06 22:38:09 JST +09:00")
  }

  @Test func nanosecondsOfTheRange() {
    #expect(ParsedTime(seconds: 1, nanoseconds: 5).nanosecondsSince1970 == 1_000_000_005)
    #expect(ParsedTime(seconds: -1, nanoseconds: 999_999_999).nanosecondsSince1970 == -1)
    #expect(ParsedTime(seconds: 9_223_372_036, nanoseconds: 854_775_807).nanosecondsSince1970 == .max)
    #expect(ParsedTime(seconds: 9_223_372_036, nanoseconds: 854_775_808).nanosecondsSince1970 == nil)
    #expect(ParsedTime(seconds: -9_223_372_037, nanoseconds: 145_224_192).nanosecondsSince1970 == .min)
    #expect(ParsedTime(seconds: -9_223_372_037, nanoseconds: 145_224_191).nanosecondsSince1970 == nil)
    #expect(ParsedTime(seconds: .min).nanosecondsSince1970 == nil)
    #expect(ParsedTime(seconds: .max).nanosecondsSince1970 == nil)
  }
}
