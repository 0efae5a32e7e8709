import LogModel
import Telemetry
import Testing

@testable import Pipeline

@Suite struct MetricsTests {
  @Test func counters_take_numbers_and_durations_and_only_grow() throws {
    let bench = try Bench(
      """
      - logfmt: {mapping: {took: }}
      - metrics:
          took: {type: Counter, description: Time, config: {action: add}}
          my-lines: {type: counter, prefix: p_, config: {match_all: true, action: inc}}
          bytes: {type: counter, config: {match_all: true, count_entry_bytes: true, action: add}}
      """)
    _ = bench.run("took=1.5\ntook=500ms\ntook=fast\ntook=1h\ntook=-5\ntook=1_0\nx\n")
    #expect(
      bench.metrics("p") == [
        #"p_my_lines{job="test"} 7"#, #"promtail_custom_bytes{job="test"} 50"#,
        #"promtail_custom_took{job="test"} 3612"#,
      ])
  }

  @Test func gauges() throws {
    let bench = try Bench(
      """
      - logfmt: {mapping: {v: , s: }}
      - metrics:
          plus: {type: Gauge, source: v, config: {action: add}}
          minus: {type: Gauge, source: v, config: {action: sub}}
          set: {type: Gauge, source: v, config: {action: set}}
          ups: {type: Gauge, source: s, config: {value: open, action: inc}}
          downs: {type: Gauge, source: s, config: {action: dec}}
      """)
    _ = bench.run("v=10\nv=-4.5\ns=open\ns=closed\n")
    #expect(
      bench.metrics("promtail") == [
        #"promtail_custom_downs{job="test"} -2"#, #"promtail_custom_minus{job="test"} -5.5"#,
        #"promtail_custom_plus{job="test"} 5.5"#, #"promtail_custom_set{job="test"} -4.5"#,
        #"promtail_custom_ups{job="test"} 1"#,
      ])
  }

  @Test func histograms_have_a_series_for_each_label_set() throws {
    let bench = try Bench(
      """
      - logfmt: {mapping: {took: , app: }}
      - labels: {app: }
      - metrics: {took: {type: Histogram, config: {buckets: [1, 2.5]}}}
      """)
    _ = bench.run("took=1 app=a\ntook=3 app=b\ntook=2 app=a\n")
    #expect(
      bench.metrics("promtail") == [
        #"promtail_custom_took_bucket{app="a",job="test",le="1"} 1"#,
        #"promtail_custom_took_bucket{app="a",job="test",le="2.5"} 2"#,
        #"promtail_custom_took_bucket{app="a",job="test",le="+Inf"} 2"#,
        #"promtail_custom_took_sum{app="a",job="test"} 3"#, #"promtail_custom_took_count{app="a",job="test"} 2"#,
        #"promtail_custom_took_bucket{app="b",job="test",le="1"} 0"#,
        #"promtail_custom_took_bucket{app="b",job="test",le="2.5"} 0"#,
        #"promtail_custom_took_bucket{app="b",job="test",le="+Inf"} 1"#,
        #"promtail_custom_took_sum{app="b",job="test"} 3"#, #"promtail_custom_took_count{app="b",job="test"} 1"#,
      ])
  }

  @Test func an_idle_series_is_shown_once_more_and_begins_anew() {
    let family = CustomMetricFamily(kind: .counter, bounds: [], maxIdle: 10)
    let series = family.apply(.add(5), to: .empty, now: 0)
    #expect(family.collect(now: 10).count == 1)
    #expect(family.collect(now: 11).count == 1)
    #expect(family.collect(now: 12).isEmpty)
    #expect(!series.apply(.add(1), now: 13), "a file that knew the series looks it up again")
    #expect(family.apply(.add(1), to: .empty, now: 13) !== series)
  }
}
