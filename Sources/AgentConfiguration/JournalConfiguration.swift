internal import GoCompat
public import LogModel
public import YAMLSource

/// The systemd journal: a job's `journal`.
public struct JournalConfiguration: Sendable {
  /// How old the first entries may be, as 12h or 7d; 7h where it is not set.
  public var maxAge = ""
  /// Send all fields of an entry as a JSON object instead of its message.
  public var json = false
  /// Of all entries, before relabelling.
  public var labels = LabelSet.empty
  /// The folder of journal files; the machine's own journal where it is not set.
  public var path = ""
  /// Which entries, as journalctl takes it: FIELD=value, several that must all fit, + for or.
  public var matches = ""

  public internal(set) var location = SourceLocation.none

  public init() {}

  /// What holds where the file says none: nanoseconds.
  public static let defaultMaxAge = GoDuration.seconds(7 * 3600).nanoseconds

  /// `max_age` where it was written: nanoseconds. nil where it was not, or is no duration.
  public var writtenMaxAge: Int64? {
    if maxAge.isEmpty { return nil }
    let age = GoDuration.parse(maxAge)?.nanoseconds ?? PrometheusDuration.parse(maxAge)?.nanoseconds
    return age.flatMap { $0 < 0 ? nil : $0 }
  }

  /// One word of `matches`.
  public enum Match: Hashable, Sendable {
    /// `FIELD=value`.
    case field(String)
    /// What stands before, or what comes after.
    case or
  }

  /// nil where a word of `matches` is none.
  public var matchTerms: [Match]? {
    var terms: [Match] = []
    for word in matches.split(whereSeparator: \.isWhitespace) {
      if word == "+" {
        terms.append(.or)
        continue
      }
      let name = word.prefix { $0 != "=" }
      let isField = name.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
      guard word.contains("="), !name.isEmpty, !name.hasPrefix("__"), isField else { return nil }
      terms.append(.field(String(word)))
    }
    return terms
  }
}

extension JournalConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<JournalConfiguration>] = [
    ConfigurationField("max_age", \.maxAge),
    ConfigurationField("json", \.json),
    ConfigurationField("labels", \.labels),
    ConfigurationField("path", \.path),
    ConfigurationField("matches", \.matches),
  ]

  mutating func finish(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    location = node.location
  }
}

extension JournalConfiguration {
  /// What keeps the journal from being read.
  func check(path: String, _ errors: inout ErrorCollector) {
    if !maxAge.isEmpty, writtenMaxAge == nil {
      errors.add(
        "max_age \"\(maxAge)\" is no duration", at: location, path: "\(path).max_age", hint: "write it like 12h")
    }
    if matchTerms == nil {
      errors.add(
        "matches \"\(matches)\" is no list of FIELD=value", at: location, path: "\(path).matches",
        hint: "write it like _SYSTEMD_UNIT=ssh.service PRIORITY=3, names in capitals, + between alternatives")
    }
  }
}

extension ScrapeConfiguration {
  /// The journal that the job reads, unless files that it discovers take its place.
  public var readableJournal: JournalConfiguration? { discoversFiles ? nil : journal }
}
