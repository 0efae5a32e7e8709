internal import LogModel
internal import YAMLSource

extension ScrapeConfiguration {
  /// Everything that decides how the job's lines are read, whatever its targets are. A reload leaves files alone whose job
  /// keeps its signature.
  public var readingSignature: String {
    [writtenStages.text, encoding, decompression?.yaml.text ?? ""].joined(separator: "\n--\n")
  }
}

extension ScrapeConfiguration {
  /// Everything that decides which entries of the journal are read, and their labels; nil where none are.
  public var journalSignature: String? {
    guard let journal = readableJournal else { return nil }
    return [journal.yaml.text, relabelConfigs.yaml.text].joined(separator: "\n--\n")
  }
}

extension ClientConfiguration {
  /// Everything that decides what is sent to the client, and how; secrets included, so it is not for showing.
  public var signature: String {
    [written.text, yaml.text, externalLabels.text].joined(separator: "\n--\n")
  }
}

extension LimitsConfiguration {
  /// As text, for comparison.
  public var signature: String { yaml.text }
}
