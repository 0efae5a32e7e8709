// Facts about JMESPath, from its specification (jmespath.org). After a `given` document each line is an expression and
// what it gives: a JSON value, `syntax` for what does not parse, or `error` for what fails when it runs.
enum Facts {
  /// Fields, quoted names, parentheses.
  static let names = ##"""
    given {"foo":{"bar":{"baz":"correct"}},"foo bar":1,"a":[0,1,2,3],"0":"zero","é":"acute","A_1":true}
    foo => {"bar":{"baz":"correct"}}
    foo.bar => {"baz":"correct"}
    foo.bar.baz => "correct"
    foo.bar.baz.bad => null
    foo.bad => null
    foo.bad.worse => null
    bad => null
    "foo" => {"bar":{"baz":"correct"}}
    "foo"."bar" => {"baz":"correct"}
    "foo bar" => 1
    foo."bar".baz => "correct"
    "0" => "zero"
    "é" => "acute"
    "\u00e9" => "acute"
    A_1 => true
     foo . bar  => {"baz":"correct"}
    @ => {"foo":{"bar":{"baz":"correct"}},"foo bar":1,"a":[0,1,2,3],"0":"zero","é":"acute","A_1":true}
    @.foo => {"bar":{"baz":"correct"}}
    @.foo.bar.baz => "correct"
    foo.@ => syntax
    foo..bar => syntax
    .foo => syntax
    foo. => syntax
    foo.1 => syntax
    foo bar => syntax
    "foo => syntax
    foo.bar baz => syntax
    f-o => syntax
    1 => syntax
    - => syntax
    "" => null
    "\z" => syntax
    (foo).bar => {"baz":"correct"}
    (foo.bar).baz => "correct"
    ((foo)) => {"bar":{"baz":"correct"}}
    (foo => syntax
    foo) => syntax
    () => syntax
    """##

  /// Indices and slices.
  static let indices = ##"""
    given {"a":[0,1,2,3,4,5,6,7,8,9],"e":[],"o":{"k":"v"},"s":"text","n":null}
    a[0] => 0
    a[9] => 9
    a[10] => null
    a[-1] => 9
    a[-10] => 0
    a[-11] => null
    e[0] => null
    o[0] => null
    s[0] => null
    n[0] => null
    missing[0] => null
    a[0:10:1] => [0,1,2,3,4,5,6,7,8,9]
    a[0:10] => [0,1,2,3,4,5,6,7,8,9]
    a[:] => [0,1,2,3,4,5,6,7,8,9]
    a[::] => [0,1,2,3,4,5,6,7,8,9]
    a[:10:] => [0,1,2,3,4,5,6,7,8,9]
    a[::1] => [0,1,2,3,4,5,6,7,8,9]
    a[10:0:-1] => [9,8,7,6,5,4,3,2,1]
    a[::-1] => [9,8,7,6,5,4,3,2,1,0]
    a[::2] => [0,2,4,6,8]
    a[8:2:-2] => [8,6,4]
    a[:-5] => [0,1,2,3,4]
    a[-5:] => [5,6,7,8,9]
    a[-3:-1] => [7,8]
    a[5:1] => []
    a[20:] => []
    a[:20] => [0,1,2,3,4,5,6,7,8,9]
    a[-20:3] => [0,1,2]
    a[20::-3] => [9,6,3,0]
    a[2:-20:-1] => [2,1,0]
    a[1:3][0] => []
    a[:2] | [0] => 0
    a[0:10:0] => syntax
    a[0:1:2:3] => syntax
    a[:a] => syntax
    a[1 => syntax
    a[] => [0,1,2,3,4,5,6,7,8,9]
    a[0,1] => syntax
    a[1.5] => syntax
    a.[0] => syntax
    a[- 1] => syntax
    [0] => null
    s[0:2] => null
    o[:1] => null
    n[:] => null
    @[0] => null
    a[2:4] | [1] => 3
    a[::100] => [0]
    a[::-100] => [9]
    a[9223372036854775807] => null
    a[99999999999999999999] => syntax
    """##

  /// Projections and flattening.
  static let projections = ##"""
    given {"r":[{"n":"one","v":1,"t":["x","y"]},{"n":"two","v":2,"t":["z"]},{"v":3},{"n":null,"t":[]}],"h":{"a":{"v":1},"b":{"v":2},"c":{"w":3},"d":5},"nest":[[1,2],[3,[4,5]],6,[]],"deep":[[[1],[2]],[[3]]],"s":"text","n":null,"e":[]}
    r[*] => [{"n":"one","v":1,"t":["x","y"]},{"n":"two","v":2,"t":["z"]},{"v":3},{"n":null,"t":[]}]
    r[*].n => ["one","two"]
    r[*].v => [1,2,3]
    r[*].missing => []
    r[*].t => [["x","y"],["z"],[]]
    r[*].t[0] => ["x","z"]
    r[*].t[] => ["x","y","z"]
    r[].t[] => ["x","y","z"]
    r[].n => ["one","two"]
    r[*].t | [0] => ["x","y"]
    r[*].[n, v] => [["one",1],["two",2],[null,3],[null,null]]
    r[*].{name: n, value: v} => [{"name":"one","value":1},{"name":"two","value":2},{"name":null,"value":3},{"name":null,"value":null}]
    r[:2].n => ["one","two"]
    r[-2:].v => [3]
    r[*].t[*] => [["x","y"],["z"],[]]
    r[1:].t[0] => ["z"]
    h.* => [{"v":1},{"v":2},{"w":3},5]
    h.*.v => [1,2]
    h.*.missing => []
    h.* | [0].v => 1
    h.*[0] => []
    *.v => []
    *[0] => [{"n":"one","v":1,"t":["x","y"]},[1,2],[[1],[2]]]
    s[*] => null
    s.* => null
    n[*] => null
    n.* => null
    missing[*].a => null
    missing.* => null
    e[*] => []
    e[*].a => []
    nest[] => [1,2,3,[4,5],6]
    nest[][] => [1,2,3,4,5,6]
    nest[*][] => [1,2,3,[4,5],6]
    nest[*][0] => [1,3]
    nest[][0] => [4]
    nest[] | [0] => 1
    deep[] => [[1],[2],[3]]
    deep[][] => [1,2,3]
    deep[][][] => [1,2,3]
    deep[*][*][0] => [[1,2],[3]]
    deep[*][*] | [0] => [[1],[2]]
    deep[0][1][0] => 2
    s[] => null
    h[] => null
    n[] => null
    [] => null
    [*] => null
    * => [[{"n":"one","v":1,"t":["x","y"]},{"n":"two","v":2,"t":["z"]},{"v":3},{"n":null,"t":[]}],{"a":{"v":1},"b":{"v":2},"c":{"w":3},"d":5},[[1,2],[3,[4,5]],6,[]],[[[1],[2]],[[3]]],"text",[]]
    @.* => [[{"n":"one","v":1,"t":["x","y"]},{"n":"two","v":2,"t":["z"]},{"v":3},{"n":null,"t":[]}],{"a":{"v":1},"b":{"v":2},"c":{"w":3},"d":5},[[1,2],[3,[4,5]],6,[]],[[[1],[2]],[[3]]],"text",[]]
    [r, s] => [[{"n":"one","v":1,"t":["x","y"]},{"n":"two","v":2,"t":["z"]},{"v":3},{"n":null,"t":[]}],"text"]
    r[0].t[*] => ["x","y"]
    r[*].t[-1] => ["y","z"]
    r.t => null
    r[*][0] => []
    h.a.* => [1]
    h.*.v | length(@) => 2
    r[*].n | sort(@[?@ != null]) => ["one","two"]
    r[*]t => syntax
    r[* => syntax
    r.*.n => null
    *.* => [[{"v":1},{"v":2},{"w":3},5]]
    *.*.v => [[1,2]]
    """##

  /// Multi-selections, pipes, logic.
  static let structures = ##"""
    given {"a":1,"b":{"c":2,"d":[3,4]},"s":"text","n":null,"f":false,"t":true}
    [a] => [1]
    [a, s] => [1,"text"]
    [a, b.c, missing] => [1,2,null]
    [a, b.d[0]] => [1,3]
    b.[c, d] => [2,[3,4]]
    b.{x: c, y: d[1]} => {"x":2,"y":4}
    {a: a} => {"a":1}
    {a: a, "k 2": s, z: missing} => {"a":1,"k 2":"text","z":null}
    {"a": b.c} => {"a":2}
    missing.[a] => null
    missing.{a: a} => null
    n.[a] => null
    n.{a: a} => null
    [[a], [s]] => [[1],["text"]]
    [a][0] => 1
    {a: a}.a => 1
    {x: {y: a}}.x.y => 1
    [a, b] | [1].c => 2
    a | b => null
    b | c => 2
    b | d | [1] => 4
    b | missing | c => null
    b | [c, c] => [2,2]
    (b | d)[0] => 3
    a || s => 1
    missing || a => 1
    n || a => 1
    f || a => 1
    t || a => true
    missing || n || s => "text"
    missing || f => false
    a && s => "text"
    f && a => false
    n && a => null
    t && s && a => 1
    missing && a => null
    !a => false
    !f => true
    !n => true
    !missing => true
    !t => false
    !!t => true
    !!missing => false
    !(f || t) => false
    f || t && f => false
    (f || t) && f => false
    t && f || s => "text"
    !f && s => "text"
    !f || f => true
    [?a] => null
    [ => syntax
    []a => syntax
    [a,] => syntax
    [,a] => syntax
    {} => syntax
    {a} => syntax
    {a:} => syntax
    {a: a,} => syntax
    {1: a} => syntax
    {a: a => syntax
    a || => syntax
    || a => syntax
    a | => syntax
    | a => syntax
    a && => syntax
    ! => syntax
    a b => syntax
    [a b] => syntax
    """##

  /// Filters and comparisons.
  static let filters = ##"""
    given {"l":[{"n":1,"s":"a","b":true,"t":["x"]},{"n":2,"s":"b","b":false,"t":[]},{"n":3,"s":"c","t":["x","y"]},{"n":2.0,"s":"B"}],"nums":[1,2,3,10,-1],"strs":["a","b","aa"],"o":{"x":1},"o2":{"x":1},"mixed":[1,"1",true,null,[1],{"a":1}]}
    l[?n == `2`].s => ["b","B"]
    l[?n != `2`].s => ["a","c"]
    l[?n > `1`].s => ["b","c","B"]
    l[?n >= `2`].s => ["b","c","B"]
    l[?n < `2`].s => ["a"]
    l[?n <= `1`].s => ["a"]
    l[?s == 'a'].n => [1]
    l[?s == `"a"`].n => [1]
    l[?'a' == s].n => [1]
    l[?s > 'a'].n => []
    l[?b].n => [1]
    l[?!b].n => [2,3,2.0]
    l[?b == `true`].n => [1]
    l[?b == `false`].n => [2]
    l[?b == `null`].n => [3,2.0]
    l[?t].s => ["a","c"]
    l[?t == `["x"]`].s => ["a"]
    l[?missing].s => []
    l[?missing == `null`].s => ["a","b","c","B"]
    l[?n == `1` || n == `3`].s => ["a","c"]
    l[?n > `1` && b == `false`].s => ["b"]
    l[?!(n > `1`)].s => ["a"]
    l[?(n == `1` || n == `2`) && s != 'B'].s => ["a","b"]
    l[?n == `1`] | [0].s => "a"
    l[?n == `1`][0] => []
    l[?n > `1`].t[] => ["x","y"]
    l[?contains(s, 'a')].n => [1]
    l[?length(s) == `1`].n => [1,2,3,2.0]
    l[?t[0] == 'x'].s => ["a","c"]
    l[?t[?@ == 'y']].s => ["c"]
    nums[?@ > `1`] => [2,3,10]
    nums[?@ == `10`] | [0] => 10
    strs[?@ == 'a'] => ["a"]
    strs[?starts_with(@, 'a')] => ["a","aa"]
    o[?x] => null
    o == o2 => true
    o == o => true
    o != o2 => false
    o.x == o2.x => true
    o.x < `2` => true
    o.x > o2.x => false
    mixed[?@ == `1`] => [1]
    mixed[?@ == '1'] => ["1"]
    mixed[?@ == `null`] => []
    mixed[?@ == `[1]`] => [[1]]
    mixed[?@ == `{"a":1}`] => [{"a":1}]
    mixed[?@ > `0`] => [1]
    nums == `[1,2,3,10,-1]` => true
    nums == `[1,2,3]` => false
    l[?] => syntax
    l[?n ==] => syntax
    l[?n == `2` => syntax
    l[? n == `1` ].s => ["a"]
    l[?n=`1`] => syntax
    l[?n === `1`] => syntax
    l[?n <> `1`] => syntax
    l[*].n == `[1,2,3,2]` => true
    l[?n == `1`].{a: s, c: n} => [{"a":"a","c":1}]
    l[?n == `1`].[s] => [["a"]]
    `1` == `1.0` => true
    `1` == `"1"` => false
    '1' == `"1"` => true
    `true` == `true` => true
    `null` == missing => true
    `[]` == `[]` => true
    `{}` == `{}` => true
    `1` < `2` => true
    `2` <= `2` => true
    'a' < 'b' => null
    """##

  /// Raw strings and literals.
  static let literals = ##"""
    given {"a":1}
    'raw' => "raw"
    '' => ""
    'it\'s' => "it's"
    'a\b' => "a\\b"
    '\\' => "\\\\"
    '"quoted"' => "\"quoted\""
    'newline\n' => "newline\\n"
    `1` => 1
    `-1.5` => -1.5
    `1e3` => 1000.0
    `"text"` => "text"
    `"\u00e9"` => "é"
    `true` => true
    `false` => false
    `null` => null
    `[1, "a", null]` => [1,"a",null]
    `{"k": [1, {"z": 2}]}` => {"k":[1,{"z":2}]}
    `[1, 2]`[0] => 1
    `{"k": "v"}`.k => "v"
    `"a\`b"` => "a`b"
    ` [1] ` => [1]
    `1 => syntax
    'open => syntax
    `[1,` => syntax
    ` => syntax
    'é' => "é"
    """##

  /// Functions.
  static let functions = ##"""
    given {"n":[-3,2.5,10],"neg":-7.5,"s":"héllo","words":["b","a","c"],"mixed":[1,"a"],"o":{"a":1,"b":"x"},"p":{"b":2,"c":3},"e":[],"eo":{},"es":"","num":"12.5","z":null,"t":true,"people":[{"n":"x","age":3},{"n":"y","age":1},{"n":"z","age":2},{"n":"w","age":1}],"aa":[[1],[2,3]]}
    abs(neg) => 7.5
    abs(`5`) => 5
    abs(n[0]) => 3
    abs(s) => error
    abs(z) => error
    abs() => error
    abs(neg, neg) => error
    avg(n) => 3.1666666666666665
    avg(e) => null
    avg(words) => error
    avg(s) => error
    ceil(neg) => -7
    ceil(n[1]) => 3
    ceil(`3`) => 3
    ceil(s) => error
    floor(neg) => -8
    floor(n[1]) => 2
    floor(t) => error
    contains(s, 'll') => true
    contains(s, 'x') => false
    contains(s, '') => true
    contains(words, 'a') => true
    contains(words, 'z') => false
    contains(n, `10`) => true
    contains(aa, `[1]`) => true
    contains(o, 'a') => error
    contains(s) => error
    starts_with(s, 'hé') => true
    starts_with(s, 'x') => false
    starts_with(s, '') => true
    starts_with(n, 'x') => error
    ends_with(s, 'lo') => true
    ends_with(s, 'hé') => false
    ends_with(s, `1`) => error
    join('-', words) => "b-a-c"
    join('', words) => "bac"
    join(', ', e) => ""
    join('-', mixed) => error
    join(`1`, words) => error
    join('-', s) => error
    keys(o) => ["a","b"]
    keys(eo) => []
    keys(n) => error
    keys(s) => error
    values(o) => [1,"x"]
    values(eo) => []
    values(n) => error
    length(s) => 5
    length(n) => 3
    length(o) => 2
    length(e) => 0
    length(es) => 0
    length(neg) => error
    length(z) => error
    map(&n, people) => ["x","y","z","w"]
    map(&missing, people) => [null,null,null,null]
    map(&[n, age], people) => [["x",3],["y",1],["z",2],["w",1]]
    map(&@, n) => [-3,2.5,10]
    map(&n, o) => error
    map(n, people) => error
    map(&a, e) => []
    max(n) => 10
    max(words) => "c"
    max(e) => null
    max(mixed) => error
    max(s) => error
    min(n) => -3
    min(words) => "a"
    min(e) => null
    min(mixed) => error
    max_by(people, &age).n => "x"
    max_by(people, &n).n => "z"
    max_by(e, &a) => null
    max_by(people, &missing) => error
    max_by(people, age) => error
    min_by(people, &age).n => "y"
    min_by(people, &n).n => "w"
    min_by(e, &a) => null
    merge(o, p) => {"a":1,"b":2,"c":3}
    merge(eo, o) => {"a":1,"b":"x"}
    merge(o) => {"a":1,"b":"x"}
    merge(o, p, `{"a": 9}`) => {"a":9,"b":2,"c":3}
    merge(o, n) => error
    not_null(z, missing, s) => "héllo"
    not_null(z) => null
    not_null(t, s) => true
    not_null() => error
    reverse(n) => [10,2.5,-3]
    reverse(s) => "olléh"
    reverse(e) => []
    reverse(es) => ""
    reverse(o) => error
    reverse(reverse(words)) => ["b","a","c"]
    sort(n) => [-3,2.5,10]
    sort(words) => ["a","b","c"]
    sort(e) => []
    sort(mixed) => error
    sort(o) => error
    sort_by(people, &age)[*].n => ["y","w","z","x"]
    sort_by(people, &n)[*].n => ["w","x","y","z"]
    sort_by(people, &age)[0].age => 1
    sort_by(e, &a) => []
    sort_by(people, &missing) => error
    sort_by(people, age) => error
    sort_by(o, &a) => error
    sum(n) => 9.5
    sum(e) => 0
    sum(words) => error
    to_array(s) => ["héllo"]
    to_array(n) => [-3,2.5,10]
    to_array(z) => [null]
    to_array(o) => [{"a":1,"b":"x"}]
    to_number(num) => 12.5
    to_number(s) => null
    to_number(neg) => -7.5
    to_number(z) => null
    to_number(t) => null
    to_number(n) => null
    to_string(s) => "héllo"
    to_string(neg) => "-7.5"
    to_string(t) => "true"
    to_string(z) => "null"
    to_string(words) => "[\"b\",\"a\",\"c\"]"
    to_string(o) => "{\"a\":1,\"b\":\"x\"}"
    type(s) => "string"
    type(neg) => "number"
    type(t) => "boolean"
    type(z) => "null"
    type(n) => "array"
    type(o) => "object"
    type(missing) => "null"
    type(`[]`) => "array"
    length(keys(o)) => 2
    people[*].age | sum(@) => 7
    people[?age == max(people[*].age)] => error
    people[*].n | join(',', @) => "x,y,z,w"
    sort(people[*].age) => [1,1,2,3]
    length(people[?age > `1`]) => 2
    sum(people[*].age) => 7
    keys(o) | sort(@) => ["a","b"]
    to_string(length(s)) => "5"
    nosuch(s) => error
    nosuch() => error
    length(@) => 15
    length(n, s) => error
    length(&s) => error
    sort_by(people, &age) | [0].n => "y"
    people[].{n: n, old: age > `1`} => [{"n":"x","old":true},{"n":"y","old":false},{"n":"z","old":true},{"n":"w","old":false}]
    abs(-1) => syntax
    "length"(s) => syntax
    length (s) => 5
    length( => syntax
    length(s => syntax
    length(s,) => syntax
    length(,s) => syntax
    foo.length(s) => error
    o.length(a) => error
    words.length(@) => 3
    """##
}
