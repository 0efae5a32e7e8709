import AgentConfiguration
import Bytes
import CMaxMindDB
import GoCompat
import JMESPath

/// `geoip`: where an address lies becomes labels.
struct CompiledGeoIP: ~Copyable, Sendable {
  struct Field: Sendable {
    var field: cmmdb_field
    var label: Int
  }
  struct Lookup: Sendable {
    var expression: Expression
    var label: Int
  }
  var database: GeoDatabase
  var source: Int
  var fields: [Field]
  var lookups: [Lookup]

  /// What each type of database has, by the label it becomes.
  static func fields(_ type: GeoIPStage.Database) -> [(cmmdb_field, String)] {
    switch type {
    case .asn:
      [(CMMDB_ASN, "geoip_autonomous_system_number"), (CMMDB_AS_ORGANIZATION, "geoip_autonomous_system_organization")]
    case .country: region
    case .city:
      region + [
        (CMMDB_CITY_NAME, "geoip_city_name"), (CMMDB_LATITUDE, "geoip_location_latitude"),
        (CMMDB_LONGITUDE, "geoip_location_longitude"), (CMMDB_POSTAL_CODE, "geoip_postal_code"),
        (CMMDB_TIME_ZONE, "geoip_timezone"), (CMMDB_SUBDIVISION_NAME, "geoip_subdivision_name"),
        (CMMDB_SUBDIVISION_CODE, "geoip_subdivision_code"),
      ]
    }
  }

  private static var region: [(cmmdb_field, String)] {
    [
      (CMMDB_COUNTRY_NAME, "geoip_country_name"), (CMMDB_CONTINENT_NAME, "geoip_continent_name"),
      (CMMDB_CONTINENT_CODE, "geoip_continent_code"),
    ]
  }
}

extension LineContext {
  /// - Parameter document: any; expressions that make new structures write them by it.
  mutating func run(_ stage: borrowing CompiledGeoIP, _ document: JSONDocument) {
    guard let value = text(slots[stage.source]), let record = stage.database.record(of: bytes(value)) else { return }
    for field in stage.fields {
      let found = stage.database.value(field.field, of: record)
      switch found.kind {
      case CMMDB_TEXT where found.count > 0:
        setText(field.label, keep(UnsafeBufferPointer(start: found.bytes, count: found.count)))
      case CMMDB_NUMBER: setText(field.label, write { GoNumber.appendPlain(found.number, to: &$0) })
      default: break
      }
    }
    if stage.lookups.isEmpty { return }
    let all = stage.database.document(record)
    for lookup in stage.lookups {
      guard let found = try? lookup.expression.evaluate(on: all), !found.isNull else { continue }
      setText(lookup.label, write { document.appendText(found, to: &$0) })
    }
  }

  /// What is no UTF-8 sets no label.
  private mutating func setText(_ label: Int, _ value: Slice) {
    if UTF8Text.isValid(bytes(value)) { setLabel(label, .text(value)) }
  }
}
