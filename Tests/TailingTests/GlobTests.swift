import Testing

@testable import Tailing

@Suite struct GlobTests {
  @Test(arguments: [
    ("/l/*.log", "/l/a.log", true), ("/l/*.log", "/l/deep/a.log", false), ("/l/*.log", "/l/.h.log", true),
    ("/l/**/*.log", "/l/a.log", true), ("/l/**/*.log", "/l/x/y/a.log", true), ("/l/**/app/*.log", "/l/app/z.log", true),
    ("/l/**/app/*.log", "/l/x/app/sub/n.log", false), ("/l/**", "/l/x/y", true), ("/l/a**.log", "/l/abc.log", true),
    ("/l/a**.log", "/l/a/b.log", false), ("/l/{api,web-*}.log", "/l/web-1.log", true),
    ("/l/{api,web-*}.log", "/l/web.log", false), ("/{var/x,opt}/*.log", "/var/x/a.log", true),
    ("/l/app{,.1}.log", "/l/app.log", true), ("/l/app{,.1}.log", "/l/app.1.log", true),
    ("/l/[ac]-[0-9].log", "/l/c-9.log", true),
    ("/l/[ac]-[0-9].log", "/l/b-1.log", false), ("/l/[^a].log", "/l/b.log", true), ("/l/[!a].log", "/l/a.log", false),
    ("/l/\\*.log", "/l/*.log", true), ("/l/\\*.log", "/l/a.log", false), ("/l/app-?.log", "/l/app-é.log", true),
    ("/l/*.log", "/l/a.LOG", false), ("/l/{a,{b,c}}.log", "/l/c.log", true),
  ])
  func paths(pattern: String, path: String, isMatch: Bool) throws {
    #expect(try #require(Glob(pattern)).matches(path) == isMatch)
  }

  @Test(arguments: ["/l/[a.log", "/l/{a.log", "/l/a\\", "/l/[z-a]"]) func malformed_patterns_are_none(pattern: String) {
    #expect(Glob(pattern) == nil)
  }

  @Test func many_stars_take_no_exponential_time() throws {
    let glob = try #require(Glob("/" + String(repeating: "*a", count: 40)))
    #expect(!glob.matches("/" + String(repeating: "a", count: 200) + "b"))
  }

  @Test(arguments: [
    ("/a/../b/./c", "/b/c"), ("logs/*.log", "/work/logs/*.log"), ("/../x", "/x"), ("./a//b/", "/work/a/b"),
  ])
  func relative_paths_count_from_the_working_directory(path: String, clean: String) {
    #expect(CleanPath.absolute(path, from: "/work") == clean)
  }
}
