import Bytes
import LogModel
public import Syscalls
public import Tailing
public import Telemetry

/// The targets of pods, on disk: files of a pod that is deleted while no agent runs are read to their end too, with the labels
/// that the pod had. docs/formats/positions.md
public struct RememberedPods: Sendable {
  /// A target of a pod.
  public struct Target: Hashable, Sendable {
    public var pod: String
    public var target: FileTarget

    public init(pod: String, target: FileTarget) {
      self.pod = pod
      self.target = target
    }
  }

  private static let head = "swiftail-pods 1"

  private let path: String
  private let files: any FileSystem
  /// The version of what is on disk; nil for what the last run left.
  private var saved: Int?
  private var isEmpty = true
  private var isFailing = false

  /// - Parameter positions: the positions file, which it lies beside.
  public init(besides positions: String, files: any FileSystem = LinuxFileSystem()) {
    path = positions + ".swiftail.pods"
    self.files = files
  }

  /// What the last run left; nothing where that cannot be read.
  public mutating func load() -> [Target] {
    guard case .success(let bytes) = files.readWhole(path) else { return [] }
    let targets = Self.parse(String(decoding: bytes, as: UTF8.self)) ?? []
    isEmpty = targets.isEmpty
    return targets
  }

  /// Saves what has changed. That it cannot is told once.
  /// - Parameter version: another number whenever the targets may be others.
  public mutating func save(_ version: Int, _ targets: @autoclosure () -> [Target], log: Log) {
    if version == saved { return }
    let targets = targets()
    // Where there are no pods there is no file.
    if targets.isEmpty, isEmpty {
      saved = version
      return
    }
    switch files.replace(path, with: Self.text(targets), mode: 0o600) {
    case .success:
      saved = version
      isEmpty = targets.isEmpty
      isFailing = false
    case .failure(let error):
      if !isFailing {
        log.warn(
          "cannot write the targets of pods; one that is deleted while no agent runs is not read to its end",
          ("file", path), ("error", error))
      }
      isFailing = true
    }
  }

  static func text(_ targets: [Target]) -> [UInt8] {
    var out = Array((head + "\n").utf8)
    for one in targets {
      out += "pod".utf8
      for word in [one.pod, one.target.jobName, one.target.path, one.target.exclude] { append(word, to: &out) }
      for label in one.target.labels.labels {
        append(label.name, to: &out)
        append(label.value, to: &out)
      }
      out.append(UInt8(ascii: "\n"))
    }
    let sum = out.withUnsafeBufferPointer { checksum($0) }
    return out + "sum \(sum)\n".utf8
  }

  private static func append(_ word: String, to out: inout [UInt8]) {
    var word = word
    word.withUTF8 { utf8 in
      out.append(UInt8(ascii: " "))
      guard utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) else {
        return out.append(contentsOf: GoQuote.quote(String(decoding: utf8, as: UTF8.self)).utf8)
      }
      out.append(UInt8(ascii: "\""))
      out.append(contentsOf: utf8)
      out.append(UInt8(ascii: "\""))
    }
  }

  /// nil when the text is not whole.
  static func parse(_ text: String) -> [Target]? {
    var lines = text.split(separator: "\n")
    guard let sum = lines.popLast(), text.hasSuffix("\n"),
      sum == "sum \(Array(text.utf8.dropLast(sum.utf8.count + 1)).withUnsafeBufferPointer { checksum($0) })",
      lines.first == Substring(head)
    else { return nil }
    var targets: [Target] = []
    for line in lines.dropFirst() {
      guard let words = words(line), words.count >= 4, words.count % 2 == 0 else { return nil }
      let labels = stride(from: 4, to: words.count, by: 2).map { Label(words[$0], words[$0 + 1]) }
      targets.append(
        Target(
          pod: words[0],
          target: FileTarget(job: 0, jobName: words[1], path: words[2], exclude: words[3], labels: LabelSet(labels))))
    }
    return targets
  }

  /// The quoted words behind `pod`.
  private static func words(_ line: Substring) -> [String]? {
    guard line.hasPrefix("pod ") else { return nil }
    var words: [String] = []
    var rest = line.dropFirst(4)
    while !rest.isEmpty {
      guard let (word, following) = GoQuote.first(in: rest) else { return nil }
      words.append(word)
      rest = following.drop { $0 == " " }
    }
    return words
  }

  private static func checksum(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    String(Hash.bytes(bytes), radix: 16)
  }
}
