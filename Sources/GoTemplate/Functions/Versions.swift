extension Function {
  static let versions: [Function] = [
    Function("semver", [.string]) { call in
      guard let version = Version(call.string(0)) else { throw TemplateError("invalid semantic version") }
      return .version(version)
    },
    Function("semverCompare", [.string, .string]) { call in
      guard let constraint = VersionConstraint(call.string(0)) else {
        throw TemplateError("improper constraint: \(call.string(0))")
      }
      guard let version = Version(call.string(1)) else { throw TemplateError("invalid semantic version") }
      return .bool(constraint.allows(version))
    },
  ]
}
