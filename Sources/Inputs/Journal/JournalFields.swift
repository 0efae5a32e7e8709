import AgentConfiguration
import GoCompat

/// Which fields of entries a job has a use for: found out of its rules once, so that an entry costs no more than these.
struct JournalFields: ~Copyable {
  /// What one field is good for.
  struct Use {
    var isMessage: Bool
    /// The number of the label that rules read; -1 where none reads it.
    var label: Int32
  }

  static let prefix = "__journal_"
  static let priorityLabel = "__journal_priority"
  static let keywordLabel = "__journal_priority_keyword"

  /// By number: `__journal__systemd_unit`.
  private(set) var labelNames: [String] = []
  /// How many fields are of use, so that nothing more is looked for once these were seen. nil where any may be.
  let usefulCount: Int?
  private let takesMessage: Bool
  private let labelled: Set<String>
  private let mapped: [Regex]
  private var names = KeyTable()
  private var uses: [Use] = []

  /// - Parameter takesMessage: whether the line is the message.
  init(_ rules: [RelabelConfiguration], takesMessage: Bool) {
    var labelled: Set<String> = []
    for rule in rules {
      var read = rule.sourceLabels
      if [.keepequal, .dropequal].contains(rule.action) { read.append(rule.targetLabel) }
      for name in read where name.hasPrefix(Self.prefix) {
        labelled.insert(name == Self.keywordLabel ? Self.priorityLabel : name)
      }
    }
    // Names of fields are in capitals, so that no other label comes of one.
    labelled = labelled.filter { $0 == $0.lowercased() }
    self.labelled = labelled
    self.takesMessage = takesMessage
    // Such a rule takes whatever field its expression fits.
    mapped = rules.filter { $0.action == .labelmap }.map(\.regex.regex)
    let message = takesMessage ? labelled.union(["__journal_message"]) : labelled
    usefulCount = mapped.isEmpty ? message.count : nil
  }

  /// How many names of fields it knows.
  var count: Int { names.count }

  @inline(__always)
  mutating func use(of name: UnsafeBufferPointer<UInt8>) -> Use {
    if let known = names.find(name) { return uses[known] }
    return learn(name)
  }

  private mutating func learn(_ name: UnsafeBufferPointer<UInt8>) -> Use {
    let field = String(decoding: name, as: UTF8.self)
    let label = Self.prefix + field.lowercased()
    var use = Use(isMessage: takesMessage && field == "MESSAGE", label: -1)
    let isMapped = mapped.contains {
      $0.matches(label) || label == Self.priorityLabel && $0.matches(Self.keywordLabel)
    }
    if isMapped || labelled.contains(label) {
      use.label = Int32(labelNames.count)
      labelNames.append(label)
    }
    _ = names.add(name)
    uses.append(use)
    return use
  }

  /// Forgets the names, and so the numbers of labels.
  mutating func removeAll() {
    names.removeAll()
    uses.removeAll()
    labelNames.removeAll()
  }
}
