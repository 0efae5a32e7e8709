import AgentConfiguration
import Bytes
import GoCompat
import JMESPath
import LogModel

extension PipelineCompiler {
  private mutating func reference(_ label: String) -> LabelReference {
    LabelReference(label: labels.number(label), name: names.number(label))
  }

  /// Distinguishes a stage that remembers something from the others of its pipeline.
  private mutating func stageNumber() -> UInt64 {
    clocks += 1
    return clocks
  }

  /// Stages that make other lines, or values, of what comes.
  mutating func reshape(_ stage: StageConfiguration) {
    switch stage.options {
    case .decolorize: stages.append(.decolorize(CompiledDecolorize()))
    case .eventLogMessage(let message):
      // A name that is there already decides what becomes of a key, so it needs a slot of its own.
      for name in names.names where name.hasSuffix(CompiledEventLogMessage.suffix) {
        _ = names.number(String(name.dropLast(CompiledEventLogMessage.suffix.count)))
      }
      stages.append(
        .eventLogMessage(
          CompiledEventLogMessage(
            source: names.number(message.source), dropsInvalid: message.dropInvalidLabels,
            overwrites: message.overwriteExisting)))
    case .multiline(let multiline):
      stages.append(
        .multiline(
          CompiledMultiline(
            number: stageNumber(), firstLine: multiline.firstline, maxWait: multiline.maxWaitTime.nanoseconds,
            maxLines: multiline.maxLines, next: stages.count + 1)))
    case .pack(let pack):
      let fields = Set(pack.labels).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { name in
        var key = ByteBuffer()
        Array(name.utf8).withUnsafeBufferPointer { JSONString.appendQuoted($0, to: &key) }
        key.append(0x3a)
        return CompiledPack.Field(key: constant(Array(key.bytes)), source: names.number(name), label: reference(name))
      }
      stages.append(.pack(CompiledPack(fields: InPlace(fields), ingestTimestamp: pack.ingestTimestamp)))
    default: break
    }
  }

  /// Opens the database, so that one that is not there is told of at the start.
  mutating func locate(_ geoIP: GeoIPStage, line: Int) throws(PipelineError) {
    let database: GeoDatabase
    do {
      database = try GeoDatabase(path: geoIP.database)
    } catch {
      throw PipelineError("stage \"geoip\" in line \(line): \(error); db names a MaxMind database (.mmdb)")
    }
    stages.append(
      .geoIP(
        CompiledGeoIP(
          database: database, source: names.number(geoIP.source),
          fields: CompiledGeoIP.fields(geoIP.databaseType).map { .init(field: $0.0, label: labels.number($0.1)) },
          lookups: geoIP.customLookups.map { .init(expression: $0.expression, label: labels.number($0.name)) })))
  }

  /// Stages about labels, tenant and structured metadata.
  mutating func relabel(_ stage: StageConfiguration) {
    switch stage.options {
    case .labelAllow(let allow):
      stages.append(.labelAllow(CompiledLabelAllow(labels: Set(allow.names.map { labels.number($0) }))))
    case .structuredMetadata(let options):
      let assignments = options.values.map {
        CompiledStructuredMetadata.Assignment(
          name: metadata.number($0.name), source: names.number($0.source), label: reference($0.source))
      }
      stages.append(.structuredMetadata(CompiledStructuredMetadata(assignments: InPlace(assignments))))
    case .tenant(let tenant):
      let origin: CompiledTenant.Origin
      switch tenant {
      case .value(let value): origin = .value(constant(value))
      case .source(let source): origin = .source(names.number(source))
      case .label(let label): origin = .label(reference(label))
      }
      stages.append(.tenant(CompiledTenant(origin: origin, tenant: labels.number(StreamTable.tenantLabel))))
    default: break
    }
  }

  private mutating func test(_ drop: DropStage) -> CompiledDrop.Test {
    if let value = drop.value { return .value(constant(value)) }
    if let expression = drop.expression { return .expression(expression) }
    return .presence
  }

  /// Stages that decide which entries go on.
  mutating func act(_ stage: StageConfiguration) throws(PipelineError) {
    switch stage.options {
    case .drop(let drop):
      stages.append(
        .drop(
          CompiledDrop(
            sources: InPlace(drop.sources.map { names.number($0) }), separator: constant(drop.separator),
            test: test(drop),
            olderThan: drop.olderThan?.nanoseconds, longerThan: drop.longerThan?.bytes,
            reason: reasons.number(drop.dropCounterReason))))
    case .limit(let limit):
      let byLabel = limit.byLabelName.map {
        CompiledLimit.ByLabel(label: reference($0), name: $0, maxDistinct: limit.maxDistinctLabels)
      }
      stages.append(
        .limit(
          CompiledLimit(
            limiter: RateLimiter(rate: limit.rate, burst: limit.burst), drops: limit.drop,
            reason: reasons.number("ratelimit_drop_stage"), byLabel: byLabel)))
    case .match(let match): try self.match(match)
    case .sampling(let sampling):
      stages.append(
        .sampling(
          CompiledSampling(
            rate: sampling.rate, number: stageNumber(), reason: reasons.number(sampling.dropCounterReason))))
    default: break
    }
  }

  /// Nested stages follow their match stage, which passes over them where its selector does not fit.
  private mutating func match(_ match: MatchStage) throws(PipelineError) {
    let place = stages.count
    let matchers = match.selector.matchers.map {
      CompiledMatch.Matcher(label: reference($0.name), condition: $0.condition)
    }
    let reason = match.action == .drop ? reasons.number(match.dropCounterReason) : nil
    func compiled(count: Int) -> CompiledMatch {
      CompiledMatch(
        matchers: InPlace(matchers), filters: InPlace(match.selector.filters), count: count, dropReason: reason)
    }
    stages.append(.match(compiled(count: 0)))
    for stage in match.stages { try add(stage) }
    stages[place] = .match(compiled(count: stages.count - place - 1))
  }

  /// The rate of all lines that are read goes before the first stage.
  mutating func add(_ limit: LineLimit) {
    stages.append(
      .limit(
        CompiledLimit(
          limiter: limit.limiter, drops: limit.drops, reason: reasons.number("global_rate_limiter_drop"),
          byLabel: nil)))
  }
}

/// `limits_config.readline_rate`: one rate for the lines of all scrape configs.
public struct LineLimit: Sendable {
  let limiter: RateLimiter
  let drops: Bool

  /// - Parameters:
  ///   - rate: lines per second, above zero.
  ///   - drops: lines beyond the rate are dropped; else their files wait.
  public init(rate: Double, burst: Int, drops: Bool) {
    limiter = RateLimiter(rate: rate, burst: burst)
    self.drops = drops
  }
}
