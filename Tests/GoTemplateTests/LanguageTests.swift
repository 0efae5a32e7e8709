import GoTemplate
import Testing

@Suite("The language of templates") struct LanguageTests {
  static let cases: [(template: String, result: String)] = [
    // text, values, white space, comments
    ("plain", "plain"),
    ("{{ .v }}-{{.v}}-{{ .nope }}", "val-val-<no value>"),
    ("a  {{- \" b \" -}}\n   c {{- /* d */ -}} e", "a b ce"),
    ("{{/* a */}}x{{- /* b */}}", "x"),
    ("{{ \"{{\" }} }} { {", "{{ }} { {"),
    // literals
    (
      "{{ `raw\\n\"` }}{{ 'a' }}{{ '\\n' }} {{ 0x1F }} {{ 0b101 }} {{ 0o17 }} {{ 017 }} {{ 1_000 }}",
      "raw\\n\"9710 31 5 15 15 1000"
    ),
    ("{{ 1e3 }} {{ 1.50 }} {{ -3 }} {{ +2 }} {{ .5 }} {{ 1e-7 }} {{ 0x1p4 }}", "1000 1.5 -3 2 0.5 1e-07 16"),
    ("{{ \"a\\tb\\u00e9\\x41\\101\" }}", "a\tbéAA"),
    ("{{ true }} {{ false }}", "true false"),
    // pipelines and parentheses
    ("{{ .v | printf \"%s-%s\" \"x\" | ToUpper | len }}", "5"),
    ("{{ (index (splitList \",\" \"p,q\") 1) | quote }}{{ (\"x\" | upper) }}", "\"q\"X"),
    ("{{ (dict \"a\" (dict \"b\" 1)).a.b }}{{ (split \"-\" \"x-y\")._1 }}", "1y"),
    // variables
    ("{{ $x := \"a\" }}{{ $x }}{{ $x = \"b\" }}{{ $x }}", "ab"),
    ("{{ $n := 0 }}{{ range until 3 }}{{ $n = add $n . }}{{ end }}{{ $n }}", "3"),
    ("{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ $x }}{{ end }}{{ $x }}", "21"),
    ("{{ with \"a\" }}{{ . }}{{ $.v }}{{ end }}", "aval"),
    ("{{ with $x := .v }}{{ $x }}{{ end }}{{ if $x := .v }}{{ $x }}{{ end }}", "valval"),
    // if, with
    ("{{ if .nope }}a{{ else if eq .v \"val\" }}b{{ else }}c{{ end }}", "b"),
    ("{{ if \"\" }}a{{ else if 0 }}b{{ else }}c{{ end }}", "c"),
    ("{{ with .nope }}a{{ else with .v }}{{ . }}{{ else }}c{{ end }}", "val"),
    ("{{ with \"\" }}a{{ else }}{{ .v }}{{ end }}", "val"),
    ("{{ if list }}a{{ end }}{{ if dict }}b{{ end }}{{ if 0.0 }}c{{ end }}{{ if now }}d{{ end }}", "d"),
    // range
    ("{{ range list 1 2 }}<{{ . }}>{{ end }}", "<1><2>"),
    ("{{ range $i, $e := splitList \",\" \"a,b\" }}{{ $i }}={{ $e }};{{ end }}", "0=a;1=b;"),
    ("{{ range $k, $v := dict \"b\" 2 \"a\" 1 }}{{ $k }}{{ $v }}{{ end }}", "a1b2"),
    ("{{ range $e := list \"x\" }}{{ $e }}{{ . }}{{ end }}", "xx"),
    (
      "{{ range 3 }}{{ . }}{{ else }}none{{ end }}{{ range 0 }}x{{ else }}none{{ end }}{{ range .nope }}x{{ end }}",
      "012none"
    ),
    (
      "{{ range until 9 }}{{ if eq . 2 }}{{ continue }}{{ end }}{{ if gt . 4 }}{{ break }}{{ end }}{{ . }}{{ end }}",
      "0134"
    ),
    ("{{ range until 2 }}{{ range until 3 }}{{ if . }}{{ break }}{{ end }}x{{ end }}y{{ end }}", "xyxy"),
    ("{{ $i := 0 }}{{ range $i = list 4 5 }}{{ end }}{{ $i }}", "5"),
    ("{{ range list nil }}[{{ . }}]{{ end }}", "[<no value>]"),
    ("{{ range $k, $v := . }}{{ $k }}={{ $v }} {{ end }}", "n=7 v=val "),
    // define, template, block
    ("{{ define \"t\" }}<{{ . }}>{{ end }}{{ template \"t\" .v }}{{ template \"t\" }}", "<val><<no value>>"),
    ("{{ block \"b\" .v }}[{{ . }}]{{ end }}", "[val]"),
    (
      "{{ define \"a\" }}{{ if . }}{{ len . }}{{ template \"a\" (rest .) }}{{ end }}{{ end }}{{ template \"a\" (list 1 2) }}",
      "21"
    ),
    // and, or, not
    (
      "{{ and .v \"x\" }}|{{ and \"\" .v }}|{{ or \"\" .v }}|{{ or \"\" 0 }}|{{ not .v }}|{{ or true (index .v 99) }}",
      "x||val|0|false|true"
    ),
    ("{{ .v | and true }}{{ false | or false }}", "valfalse"),
    // the whole
    ("{{ . }}", "map[n:7 v:val]"),
    ("{{ index . \"v\" }}{{ len . }}{{ hasKey . \"q\" }}{{ (dict \"d\" .).d.n }}", "val2false7"),
    ("{{ $_ := set . \"new\" \"x\" }}{{ .new }}{{ $.new }}", "xx"),
    // missing and nil
    (
      "{{ .nope.a.b }} {{ .v | default \"d\" }} {{ .nope | default \"d\" }} {{ index . \"nope\" }}",
      "<no value> val d <no value>"
    ),
    ("{{ list nil .nope }}{{ print nil }}", "[<nil> <nil>]<nil>"),
    // methods
    (
      "{{ $t := toDate \"2006-01-02\" \"2023-05-06\" }}{{ $t.Year }} {{ $t.Month }} {{ $t.Weekday }} {{ printf \"%d\" $t.Month }}",
      "2023 May Saturday 5"
    ),
    ("{{ now.IsZero }}", "false"),
  ]

  @Test(arguments: cases) func gives(_ item: (template: String, result: String)) throws {
    #expect(try render(item.template, ["v": "val", "n": "7"]) == item.result)
  }

  static let comparisons: [(String, Bool)] = [
    ("eq .v \"val\"", true), ("eq .v \"x\" \"val\"", true), ("eq 1 1", true), ("eq 1 2 3", false),
    ("eq true true", true),
    ("eq 1.5 1.5", true), ("ne 1 2", true), ("ne \"a\" \"a\"", false), ("lt 9 10", true), ("lt \"9\" \"10\"", false),
    ("lt 1.5 2.5", true), ("le 2 2", true), ("le 3 2", false), ("gt \"b\" \"a\"", true), ("ge 2 2", true),
    ("ge 1 2", false),
    ("eq .nope \"\"", false), ("eq .nope nil", true), ("eq (index \"a\" 0) 97", true), ("lt (index \"a\" 0) 98", true),
    ("eq (int64 5) 5", true),
  ]

  @Test(arguments: comparisons) func compares(_ item: (String, Bool)) throws {
    #expect(try render("{{ \(item.0) }}", ["v": "val"]) == "\(item.1)")
  }

  static let runtimeFailures: [(template: String, message: String)] = [
    ("{{ gt .v 5 }}", "incompatible types for comparison"),
    ("{{ eq 1 1.0 }}", "incompatible types for comparison"),
    ("{{ eq 1 }}", "missing argument for comparison"),
    ("{{ lt true false }}", "invalid type for comparison"),
    ("{{ eq (list 1) (list 1) }}", "uncomparable type"),
    ("{{ index .v 99 }}", "index out of range"),
    ("{{ index .nope 1 }}", "index of untyped nil"),
    ("{{ len 3 }}", "len of type int"),
    ("{{ .v.field }}", "can't evaluate field field in type string"),
    ("{{ (dict \"a\" nil).a.b }}", "nil pointer evaluating"),
    ("{{ .v 1 }}", "is not a method but has arguments"),
    ("{{ 3 4 }}", "can't give argument to non-function"),
    ("{{ nil }}", "nil is not a command"),
    ("{{ upper .nope }}", "invalid value; expected string"),
    ("{{ upper 3 }}", "expected string; found 3"),
    ("{{ repeat (add 1 2) \"x\" }}", "expected int; got int64"),
    ("{{ repeat 1.5 \"x\" }}", "expected integer; found 1.5"),
    ("{{ upper \"a\" \"b\" }}", "wrong number of args for upper: want 1 got 2"),
    ("{{ template \"nope\" }}", "template \"nope\" not defined"),
    ("{{ range .v }}{{ end }}", "range can't iterate over string"),
    ("{{ call .v }}", "non-function of type string"),
    ("{{ fail \"on purpose\" }}", "on purpose"),
    ("{{ if true }}{{ $x := 1 }}{{ end }}{{ $x = 2 }}", "undefined variable"),
    ("a\n{{ 9 | index .v }}", "line 2, column"),
  ]

  @Test(arguments: runtimeFailures) func failsAtRunTime(_ item: (template: String, message: String)) throws {
    _ = try Template(item.template)
    #expect(failure(item.template, ["v": "val"])?.contains(item.message) == true)
  }

  static let refused: [(template: String, message: String)] = [
    ("{{ if .v }}x", "{{end}} is missing"), ("{{ .v }}{{ end }}", "unexpected {{end}}"),
    ("{{ else }}", "unexpected {{else}}"),
    ("{{ .v ", "unclosed action"), ("{{ $x }}", "undefined variable \"$x\""),
    ("{{ nope .v }}", "function \"nope\" not defined"),
    ("{{ break }}", "{{break}} outside {{range}}"), ("{{ continue }}", "{{continue}} outside {{range}}"),
    ("{{ (.v }}", "unclosed left paren"), ("{{ .v) }}", "unexpected right paren"),
    ("{{ }}", "missing value for command"),
    ("{{ .v | }}", "missing command"), ("{{ | .v }}", "unexpected \"|\""), ("{{ .v | 3 }}", "non executable command"),
    ("{{ \"a }}", "unterminated quoted string"), ("{{ `a }}", "unterminated raw quoted string"),
    ("{{ 'ab' }}", "bad number syntax"),
    ("{{ 1x }}", "bad number syntax"), ("{{ \"\\q\" }}", "invalid syntax"), ("{{ /* a }}", "in action"),
    ("{{/* a }}", "unclosed comment"),
    ("{{/* a */ x }}", "comment ends before closing delimiter"), ("{{ template x }}", "in template clause"),
    ("{{ define \"a\" }}x{{ end }}{{ define \"a\" }}y{{ end }}", "multiple definition"),
    ("{{ define 3 }}{{ end }}", "in define clause"),
    ("{{ if }}{{ end }}", "missing value for if"), ("{{ range $a, $b, $c := . }}{{ end }}", "too many declarations"),
    ("{{ $a, $b := 1 }}", "too many declarations"), ("{{ if .v }}a{{ else }}b{{ else }}c{{ end }}", "expected end"),
    ("{{ .v! }}", "bad character"), ("{{ # }}", "in action"), ("{{ nil.x }}", "unexpected . after term"),
    ("{{ : }}", "expected :="),
    ("{{ toYaml .v }}", "function \"toYaml\" not defined"), ("{{ genPrivateKey \"rsa\" }}", "is not in this version"),
    ("line\nof {{ nope }}", "line 2, column 7"),
  ]

  @Test(arguments: refused) func refuses(_ item: (template: String, message: String)) {
    #expect { try Template(item.template) } throws: { "\($0)".contains(item.message) }
  }
}
