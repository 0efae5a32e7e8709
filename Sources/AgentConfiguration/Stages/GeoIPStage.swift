public import JMESPath

/// Where an address lies, from a MaxMind database.
public struct GeoIPStage: Sendable {
  public struct Lookup: Sendable {
    /// Of the label.
    public var name: String
    public var expression: Expression
  }

  public enum Database: String, CaseIterable, Sendable {
    case city, asn, country
  }

  public var database: String
  public var databaseType: Database
  /// The extracted value that holds the address.
  public var source: String
  /// Labels by JMESPath expressions over the record.
  public var customLookups: [Lookup] = []

  init?(_ options: inout StageOptions) {
    let type = options.requiredString("db_type")
    for item in options.sourcedNames("custom_lookups") ?? [] {
      do {
        customLookups.append(Lookup(name: item.name, expression: try Expression(item.source)))
      } catch {
        options.refuse(
          "the expression of \"\(item.name)\", \(item.source), is no JMESPath: \(error)", "custom_lookups")
      }
    }
    guard let database = options.requiredString("db"), let source = options.requiredString("source"), let type else {
      return nil
    }
    guard let databaseType = Database(rawValue: type) else {
      let names = Database.allCases.map(\.rawValue).joined(separator: ", ")
      options.refuse("db_type \"\(type)\" is none of \(names)", "db_type")
      return nil
    }
    self.database = database
    self.databaseType = databaseType
    self.source = source
  }
}
