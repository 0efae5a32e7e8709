import Bytes
import GoTemplate

/// Values for a template under test.
struct TestValues: TemplateData {
  let names: [String]
  let values: [String: [UInt8]]

  func append(_ number: Int, to out: inout ByteBuffer) -> Bool { append(named: names[number], to: &out) }

  func allNames() -> [String] { Array(values.keys) }

  func append(named name: String, to out: inout ByteBuffer) -> Bool {
    guard let value = values[name] else { return false }
    out.append(value)
    return true
  }
}

func renderBytes(_ text: String, _ values: [String: [UInt8]]) throws -> [UInt8] {
  let template = try Template(text)
  let workspace = TemplateWorkspace()
  try template.evaluate(TestValues(names: template.names, values: values), in: workspace)
  return Array(workspace.output.bytes)
}

func render(_ text: String, _ values: [String: String] = [:]) throws -> String {
  String(decoding: try renderBytes(text, values.mapValues { Array($0.utf8) }), as: UTF8.self)
}

/// The message of the error that a template ends with, or nothing.
func failure(_ text: String, _ values: [String: String] = [:]) -> String? {
  do {
    _ = try render(text, values)
    return nil
  } catch {
    return "\(error)"
  }
}
