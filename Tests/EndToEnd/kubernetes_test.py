"""Pods become targets and their files are read: with a stand-in API server and real files."""
import json, os, re, shutil, subprocess, sys, time, unittest
from agent import BINARY, HERE, AgentTest, free_port, until

sys.path.insert(0, os.path.join(HERE, '../Conformance/kubernetes'))
import apiserver

RULES = '''  - {source_labels: [__meta_kubernetes_namespace], target_label: namespace}
  - {source_labels: [__meta_kubernetes_pod_name], target_label: pod}
  - {source_labels: [__meta_kubernetes_pod_container_name], target_label: container}
  - {source_labels: [__meta_kubernetes_pod_uid, __meta_kubernetes_pod_container_name], separator: /, target_label: __path__, replacement: "%s/pods/*$1/*.log"}
'''

# Those of the recording that have an address.
NODES = ['node-a', 'node-b', 'node-c']


def pod(name, uid=None, namespace='shop', node='node-a', container='main', **more):
    return {'metadata': {'name': name, 'namespace': namespace, 'uid': uid or 'uid-' + name, 'labels': {'app': name}},
            'spec': {'nodeName': node, 'containers': [{'name': container, 'image': 'example/%s:1' % name}]},
            'status': dict({'phase': 'Running', 'podIP': '10.0.0.9', 'hostIP': '10.0.0.1'}, **more)}


class Kubernetes(AgentTest):
    def setUp(self):
        super().setUp()
        os.environ['HOSTNAME'] = 'node-a'
        self.objects = self.path('objects')
        os.makedirs(self.objects)
        self.api = None

    def tearDown(self):
        super().tearDown()
        if self.api:
            self.api.close()

    def serve(self, pods=(), **options):
        """An API server that knows these pods."""
        items = [dict(p, metadata=dict(p['metadata'], resourceVersion=str(i + 1))) for i, p in enumerate(pods)]
        with open(os.path.join(self.objects, 'pods.json'), 'w') as f:
            json.dump({'metadata': {'resourceVersion': str(len(items) + 1)}, 'items': items}, f)
        self.api = apiserver.API(objects=self.objects, token='t', **options)
        self.write('token', 't\n', 'wb')
        return self.api

    def emit(self, kind, pod):
        self.api.control('emit', {'resource': 'pods', 'events': [{'type': kind, 'object': pod}]})

    def log_path(self, pod, number=0):
        m = pod['metadata']
        return 'pods/%s_%s_%s/%s/%d.log' % (m['namespace'], m['name'], m['uid'], pod['spec']['containers'][0]['name'], number)

    def say(self, pod, *lines, number=0):
        self.write(self.log_path(pod, number), ''.join('2026-01-02T03:04:05.000000001Z stdout F %s\n' % l for l in lines))

    def job(self, name='pods', role='role: pod', rules=None):
        return '- job_name: %s\n  pipeline_stages: [{cri: {}}]\n  kubernetes_sd_configs: [{%s, api_server: "%s", bearer_token_file: %s}]\n  relabel_configs:\n%s' % (
            name, role, self.api.url, self.path('token'), RULES % self.dir if rules is None else rules)

    def run_with(self, *jobs):
        self.out = self.sink()
        self.port = free_port()
        self.write('config.yaml', 'server: {http_listen_address: 127.0.0.1, http_listen_port: %d}\n'
                   'positions: {filename: %s, sync_period: 100ms}\ntarget_config: {sync_period: 10s}\nclients:\n- %s\nscrape_configs:\n%s' % (
                       self.port, self.path('positions.yaml'), self.client(self.out), ''.join(jobs or [self.job()])), 'wb')
        return self.start()

    def requests(self, verb=None, resource=None):
        with self.api.cluster.lock:
            return [r for r in self.api.cluster.requests if verb in (None, r['verb']) and (resource is None or r['path'].endswith('/' + resource))]

    def explain(self, question, *options):
        return subprocess.run([BINARY, 'explain', question, '--server', 'http://127.0.0.1:%d' % self.port, *options], capture_output=True, text=True, timeout=20)

    # ------------------------------------------------------------ files of pods

    def test_first_line_of_a_new_pod_within_a_second(self):
        self.serve([pod('old')])
        self.say(pod('old'), 'old line')
        self.run_with()
        until(lambda: 'old line' in self.lines(self.out))
        for n in range(3):
            new = pod('new-%d' % n)
            # The kubelet makes the directory when the pod is scheduled; its address comes a moment later.
            self.emit('ADDED', pod('new-%d' % n, podIP=''))
            os.makedirs(os.path.dirname(self.path(self.log_path(new))))
            self.say(new, 'hello %d' % n)
            self.emit('MODIFIED', new)
            start = time.time()
            until(lambda: 'hello %d' % n in self.lines(self.out))
            self.assertLess(time.time() - start, 1)
        # The directory may come after the metadata, too.
        late = pod('late')
        self.emit('ADDED', late)
        until(lambda: 'uid-late' in self.get('/service-discovery'))
        self.say(late, 'late line')
        start = time.time()
        until(lambda: 'late line' in self.lines(self.out))
        self.assertLess(time.time() - start, 1)

    def test_a_deleted_pod_is_read_to_its_end(self):
        talker = pod('talker')
        self.serve([talker])
        self.say(talker, 'first')
        self.run_with()
        until(lambda: self.lines(self.out) == ['first'])
        count = 200000
        self.say(talker, *('line %d' % n for n in range(count)))
        self.emit('DELETED', talker)
        until(lambda: len(self.lines(self.out)) == count + 1, 60)
        self.assertEqual(self.lines(self.out)[1:], ['line %d' % n for n in range(count)])
        until(lambda: self.metric('swiftail_targets_held') == 0 and self.metric('promtail_targets_active_total') == 0, 30)
        self.assertEqual(self.get('/service-discovery').count('__meta_kubernetes_pod_name="talker"'), 0)
        # Done with: what is written now is nobody's.
        self.say(talker, 'too late')
        time.sleep(1)
        self.assertNotIn('too late', self.lines(self.out))

    def test_a_deleted_pod_whose_files_are_wiped_while_the_client_is_down(self):
        talker = pod('talker')
        self.serve([talker])
        self.say(talker, 'first')
        self.run_with()
        until(lambda: self.lines(self.out) == ['first'])
        self.out.status = 503
        count = 50000
        self.say(talker, *('line %d' % n for n in range(count)))
        until(lambda: self.metric('promtail_read_bytes_total') > 100)
        self.emit('DELETED', talker)
        until(lambda: self.metric('swiftail_targets_held') == 1)
        self.assertIn('its pod is gone', self.get('/service-discovery'))
        self.assertIn('its pod is gone', self.explain('talker').stdout)
        shutil.rmtree(self.path('pods'))
        time.sleep(3)
        self.assertEqual(self.metric('swiftail_targets_held'), 1)
        self.out.status = 204
        until(lambda: len(set(self.lines(self.out))) >= count, 60)
        until(lambda: self.metric('swiftail_targets_held') == 0, 30)

    def test_a_pod_that_is_deleted_while_no_agent_runs(self):
        talker, other = pod('talker'), pod('other')
        self.serve([talker, other])
        self.say(talker, 'first')
        agent = self.run_with()
        until(lambda: self.lines(self.out) == ['first'])
        self.assertEqual(self.stop(agent), 0)
        self.say(talker, *('line %d' % n for n in range(1000)))
        self.say(other, 'still here')
        self.emit('DELETED', talker)
        self.start()
        until(lambda: len(self.lines(self.out)) == 1002)
        with self.out.lock:
            labels = {tuple(sorted(p[2].items())) for p in self.out.pushes if p[2]['pod'] == 'talker'}
        self.assertEqual(len(labels), 1, 'its lines have the labels that they had')
        self.assertEqual(dict(labels.pop())['namespace'], 'shop')
        until(lambda: self.metric('swiftail_targets_held') == 0 and self.metric('promtail_targets_active_total') == 1, 30)

    def test_a_start_while_the_api_server_is_away(self):
        talker = pod('talker')
        self.serve([talker])
        self.say(talker, 'first')
        agent = self.run_with()
        until(lambda: self.lines(self.out) == ['first'])
        self.assertEqual(self.stop(agent), 0)
        self.api.close()
        self.say(talker, 'nobody knows me')
        self.start()
        until(lambda: self.lines(self.out) == ['first', 'nobody knows me'])
        self.assertIn('has not answered yet', self.get('/service-discovery'))

    def test_changed_labels_do_not_hold_the_old_target(self):
        self.serve([pod('a')])
        self.say(pod('a'), 'one')
        self.run_with(self.job(rules=RULES % self.dir + '  - {source_labels: [__meta_kubernetes_pod_label_app], target_label: app}\n'))
        until(lambda: self.lines(self.out) == ['one'])
        changed = pod('a')
        changed['metadata']['labels'] = {'app': 'other'}
        self.emit('MODIFIED', changed)
        until(lambda: 'app="other"' in self.get('/service-discovery'))
        self.say(pod('a'), 'two')
        until(lambda: self.lines(self.out) == ['one', 'two'])
        self.assertEqual(self.metric('swiftail_targets_held'), 0)

    def test_changed_labels_of_targets_that_share_a_file(self):
        a = pod('a')
        # Three ports: three targets with one file.
        a['spec']['containers'][0]['ports'] = [{'name': 'p%d' % n, 'containerPort': n} for n in (1, 2, 3)]
        self.serve([a])
        self.say(a, 'one')
        self.run_with(self.job(rules=RULES % self.dir + '  - {source_labels: [__meta_kubernetes_pod_container_port_name, __meta_kubernetes_pod_label_app], target_label: what}\n'))
        until(lambda: self.lines(self.out) == ['one'] * 3)
        # Something is on its way when the targets change.
        self.out.status = 503
        read = self.metric('promtail_read_bytes_total')
        self.say(a, 'two')
        until(lambda: self.metric('promtail_read_bytes_total') > read)
        a['metadata']['labels'] = {'app': 'other'}
        self.emit('MODIFIED', a)
        until(lambda: 'what="p3;other"' in self.get('/service-discovery'))
        self.out.status = 204
        self.say(a, 'three')
        until(lambda: self.lines(self.out).count('three') == 3)
        self.assertGreaterEqual(self.lines(self.out).count('two'), 3)

    def test_a_container_restart_and_the_kubelets_rotation(self):
        a = pod('a')
        self.serve([a])
        self.say(a, 'one')
        self.run_with()
        until(lambda: self.lines(self.out) == ['one'])
        self.say(a, 'restarted', number=1)
        os.rename(self.path(self.log_path(a)), self.path(self.log_path(a)) + '.20260102-030405')
        self.say(a, 'after rotation')
        until(lambda: sorted(self.lines(self.out)) == ['after rotation', 'one', 'restarted'])

    # ------------------------------------------------------------ the API server

    def test_load_does_not_grow_with_the_cluster(self):
        elsewhere = [pod('far-%d' % n, node='node-%d' % (n % 500)) for n in range(10000)]
        self.serve([pod('near')] + elsewhere)
        self.say(pod('near'), 'near line')
        keep = '  - {source_labels: [__meta_kubernetes_pod_node_name], action: keep, regex: node-a}\n'
        self.run_with(self.job(), self.job('more', 'role: endpoints', keep + RULES % self.dir))
        until(lambda: 'near line' in self.lines(self.out))
        until(lambda: self.requests('watch', 'pods'))
        for n in range(100):
            self.emit('MODIFIED', pod('far-%d' % n, node='node-%d' % (n % 500), phase='Failed'))
        self.emit('ADDED', pod('last'))
        until(lambda: 'uid-last' in self.get('/service-discovery'))
        asked = self.requests(resource='pods')
        self.assertTrue(all(r['query']['fieldSelector'] == 'spec.nodeName=node-a' for r in asked), asked)
        received = sum(self.api.cluster.sent.values())
        self.assertLess(received, 8000, self.api.cluster.sent)

    def test_jobs_share_a_watch(self):
        self.serve([pod('a')])
        self.run_with(self.job('one'), self.job('two'), self.job('three', 'role: pod, selectors: [{role: pod, label: "app=a"}]'))
        until(lambda: len(self.requests('watch', 'pods')) == 2)
        until(lambda: self.metric('swiftail_discovered_targets') == 3)
        time.sleep(0.5)
        self.assertEqual(len(self.requests('list', 'pods')), 2)
        self.assertEqual(len(self.requests('watch', 'pods')), 2)

    def test_pages_bookmarks_and_a_watch_that_goes_on_where_it_was(self):
        self.serve([pod('p-%d' % n) for n in range(7)], page_limit=3)
        self.run_with()
        until(lambda: self.metric('swiftail_discovered_targets') == 7)
        self.assertEqual(len(self.requests('list', 'pods')), 3)
        until(lambda: self.api.cluster.tables['pods'].watches)
        self.api.cluster.rv += 1000
        self.api.control('bookmark', {})
        until(lambda: self.bookmarked())
        self.api.control('drop', {})
        until(lambda: len(self.requests('watch', 'pods')) >= 2)
        # What the bookmark said is where the next watch begins; nothing is listed again.
        self.assertEqual(self.requests('watch', 'pods')[-1]['query']['resourceVersion'], str(self.api.cluster.rv))
        self.assertEqual(len(self.requests('list', 'pods')), 3)
        self.emit('ADDED', pod('new'))
        until(lambda: self.metric('swiftail_discovered_targets') == 8)

    def bookmarked(self):
        with self.api.cluster.lock:
            return all(w.queue.empty() for w in self.api.cluster.tables['pods'].watches) and (time.sleep(0.3) or True)

    def test_gone_lists_again_and_targets_stay(self):
        self.serve([pod('a'), pod('b')])
        self.say(pod('a'), 'one')
        self.run_with()
        until(lambda: self.lines(self.out) == ['one'])
        until(lambda: self.api.cluster.tables['pods'].watches)
        table = self.api.cluster.tables['pods']
        with self.api.cluster.lock:  # gone while nobody looked: the watch never heard of it
            del table.objects[('shop', 'b')]
        self.api.control('gone', {'resource': 'pods'})
        until(lambda: self.metric('swiftail_discovered_targets') == 1)
        self.say(pod('a'), 'two')
        until(lambda: self.lines(self.out) == ['one', 'two'])
        self.assertEqual(len(self.requests('list', 'pods')), 2)

    # ------------------------------------------------------------ lists as streams

    def watch_nodes(self, *jobs, **options):
        """An API server with the recorded objects, and jobs whose questions are wide."""
        self.api = apiserver.API(token='t', **options)
        self.write('token', 't\n', 'wb')
        self.run_with(*(jobs or [self.job('nodes', 'role: node')]))
        return self.api.cluster.tables['nodes']

    def emit_node(self, kind, name):
        self.api.control('emit', {'resource': 'nodes', 'events': [{'type': kind, 'object': {
            'metadata': {'name': name}, 'status': {'addresses': [{'type': 'InternalIP', 'address': '10.9.0.1'}]}}}]})

    def nodes_are(self, *names):
        until(lambda: sorted(set(re.findall('__meta_kubernetes_node_name="([^"]*)"', self.get('/service-discovery')))) == sorted(names), 30)

    def streams(self):
        return [r for r in self.requests('watch') if 'sendInitialEvents' in r['query']]

    def test_all_objects_and_their_changes_come_in_one_stream(self):
        table = self.watch_nodes(watch_list='supported')
        self.nodes_are(*NODES)
        self.emit_node('ADDED', 'node-new')
        self.nodes_are('node-new', *NODES)
        self.assertEqual([len(self.requests(v)) for v in ('list', 'watch')], [0, 1])
        self.assertEqual({k: v for k, v in self.requests()[0]['query'].items() if k != 'timeoutSeconds'}, {
            'watch': 'true', 'allowWatchBookmarks': 'true', 'sendInitialEvents': 'true', 'resourceVersionMatch': 'NotOlderThan', 'resourceVersion': ''})
        # A watch that was cut goes on where it was.
        self.api.control('drop', {})
        until(lambda: len(self.requests('watch')) == 2 and table.watches)
        self.assertEqual(self.requests('watch')[1]['query']['resourceVersion'], str(self.api.cluster.rv))
        self.assertEqual(len(self.streams()), 1)
        # Gone while nobody looked: what the next stream does not bring is no target any more.
        with self.api.cluster.lock:
            del table.objects[('', 'node-new')]
        self.api.control('gone', {'resource': 'nodes'})
        self.nodes_are(*NODES)
        self.assertEqual([len(self.streams()), len(self.requests('list'))], [2, 0])

    def test_a_server_that_streams_no_lists_is_asked_once(self):
        table = self.watch_nodes(watch_list='refused')
        self.nodes_are(*NODES)
        until(lambda: table.watches)
        self.api.control('gone', {'resource': 'nodes'})
        self.emit_node('ADDED', 'node-new')
        self.nodes_are('node-new', *NODES)
        self.assertEqual([len(self.streams()), len(self.requests('list'))], [1, 2])

    def test_a_server_that_has_just_started_streams_a_moment_later(self):
        self.api = apiserver.API(token='t', watch_list='supported')
        # Until its cache is filled; a list would be answered from etcd meanwhile.
        self.api.control('fail', {'status': 429, 'count': 1, 'verb': 'watch', 'retry_after': 1})
        self.write('token', 't\n', 'wb')
        self.run_with(self.job('nodes', 'role: node'))
        self.nodes_are(*NODES)
        self.assertEqual([r['status'] for r in self.requests()], [429, 200])
        until(lambda: 'status 429' not in self.get('/service-discovery'))

    def test_a_server_that_does_not_know_streams_takes_no_targets_away(self):
        table = self.watch_nodes(watch_list='ignored')
        # It sends everything but the end; a list brings it after ten seconds of silence.
        until(lambda: table.watches)
        self.assertEqual(self.get('/service-discovery').count('__meta_kubernetes_node_name'), 0)
        self.nodes_are(*NODES)
        until(lambda: table.watches)
        with self.api.cluster.lock:
            del table.objects[('', NODES[0])]
        self.api.control('gone', {'resource': 'nodes'})
        self.nodes_are(*NODES[1:])
        self.assertEqual([len(self.streams()), len(self.requests('list'))], [1, 2])

    def test_a_stream_that_fails_or_is_cut_is_followed_by_a_list(self):
        table = self.watch_nodes(watch_list='failing')
        self.nodes_are(*NODES)
        self.assertEqual([len(self.streams()), len(self.requests('list'))], [1, 1])
        # Seconds for all nodes, so that it is cut in the middle.
        self.api.watch_list, self.api.slow = 'supported', 0.02
        until(lambda: table.watches)
        self.api.control('gone', {'resource': 'nodes'})
        until(lambda: len(self.streams()) == 2 and table.watches)
        self.api.control('away', {'seconds': 0.5})
        self.api.slow = 0
        until(lambda: len(self.requests('list')) == 2)
        self.nodes_are(*NODES)
        self.emit_node('ADDED', 'node-new')
        self.nodes_are('node-new', *NODES)

    def test_pods_of_one_node_are_listed(self):
        self.serve([pod('a')], watch_list='supported')
        self.run_with()
        until(lambda: self.metric('swiftail_discovered_targets') == 1)
        self.assertEqual(self.streams(), [])

    def test_a_server_with_too_much_to_do_is_left_alone(self):
        self.serve([pod('a')])
        self.api.control('fail', {'status': 429, 'count': 1, 'retry_after': 2})
        start = time.time()
        self.run_with()
        until(lambda: 'status 429' in self.get('/service-discovery'))
        until(lambda: self.metric('swiftail_discovered_targets') == 1)
        self.assertGreaterEqual(time.time() - start, 1.9)
        self.assertEqual([r['status'] for r in self.requests('list', 'pods')], [429, 200])
        until(lambda: 'status 429' not in self.get('/service-discovery'))
        self.api.control('fail', {'status': 500, 'count': 3})
        self.api.control('drop', {})
        until(lambda: self.api.cluster.tables['pods'].watches, 30)
        self.emit('ADDED', pod('b'))
        until(lambda: self.metric('swiftail_discovered_targets') == 2)

    def test_a_token_that_is_replaced(self):
        self.serve([pod('a')])
        self.run_with()
        until(lambda: self.api.cluster.tables['pods'].watches)
        self.api.control('token', {'token': 't2'})
        self.write('token', 't2\n', 'wb')
        self.api.control('drop', {})
        until(lambda: self.api.cluster.tables['pods'].watches)
        self.emit('ADDED', pod('b'))
        until(lambda: self.metric('swiftail_discovered_targets') == 2)
        self.assertNotIn(401, [r['status'] for r in self.requests()])

    def test_a_slow_watch_and_a_server_that_goes_away(self):
        self.serve([pod('a')], slow=0.01)
        self.say(pod('a'), 'one')
        self.run_with()
        until(lambda: self.lines(self.out) == ['one'])
        until(lambda: self.api.cluster.tables['pods'].watches)
        self.emit('ADDED', pod('b'))
        until(lambda: self.metric('swiftail_discovered_targets') == 2)
        self.api.control('away', {'seconds': 3})
        self.say(pod('a'), 'two')
        until(lambda: self.lines(self.out) == ['one', 'two'])
        time.sleep(3)
        self.emit('ADDED', pod('c'))
        until(lambda: self.metric('swiftail_discovered_targets') == 3, 30)

    def test_deployments_and_jobs_behind_pods(self):
        self.api = apiserver.API(token='t')
        self.write('token', 't\n', 'wb')
        self.run_with(self.job(role='role: pod, attach_metadata: {deployment: true, job: true, cronjob: true}'))
        page = until(lambda: [p for p in [self.get('/service-discovery')] if 'pod_cronjob_name' in p])[0]
        for label in ('pod_deployment_name="web"', 'pod_deployment_name="api"', 'pod_job_name="backup-28394011"', 'pod_cronjob_name="backup"', 'pod_job_name="migrate"'):
            self.assertIn('__meta_kubernetes_' + label, page)
        self.assertTrue(self.requests('watch', 'replicasets') and self.requests('watch', 'jobs'))

    def test_a_kubeconfig_whose_token_lies_beside_it(self):
        self.serve([pod('a')])
        self.say(pod('a'), 'one')
        self.write('kube/config', json.dumps({
            'current-context': 'x', 'contexts': [{'name': 'x', 'context': {'cluster': 'c', 'user': 'u'}}],
            'clusters': [{'name': 'c', 'cluster': {'server': self.api.url + '/'}}], 'users': [{'name': 'u', 'user': {'tokenFile': '../token'}}]}))
        job = '- job_name: pods\n  pipeline_stages: [{cri: {}}]\n  kubernetes_sd_configs: [{role: pod, kubeconfig_file: %s}]\n  relabel_configs:\n%s' % (
            self.path('kube/config'), RULES % self.dir)
        self.run_with(job)
        until(lambda: self.lines(self.out) == ['one'])

    # ------------------------------------------------------------ why is it not there

    def test_explain(self):
        self.serve([pod('web'), pod('noisy')])
        self.say(pod('web'), 'one', 'two')
        rules = RULES % self.dir + '  - {source_labels: [__meta_kubernetes_pod_label_app], regex: noisy, action: drop}\n'
        self.run_with(self.job(rules=rules))
        until(lambda: self.lines(self.out) == ['one', 'two'])
        size = os.path.getsize(self.path(self.log_path(pod('web'))))
        until(lambda: 'acknowledged %d of %d bytes, lag 0' % (size, size) in self.explain('web').stdout)
        got = self.explain('web')
        self.assertEqual(got.returncode, 0)
        for text in ('pod shop/web, container main (job pods, kubernetes_sd): read', '__meta_kubernetes_pod_uid="uid-web"', '4. replace on',
                     'config.yaml:', self.path('pods/*uid-web/main/*.log'), self.path(self.log_path(pod('web')))):
            self.assertIn(text, got.stdout)
        dropped = self.explain('noisy')
        self.assertEqual(dropped.returncode, 1)
        line = [n for n, l in enumerate(self.read('config.yaml').splitlines(), 1) if 'action: drop' in l][0]
        self.assertIn('dropped by rule 5 (%s:%d:' % (self.path('config.yaml'), line), dropped.stdout)
        self.assertIn('saw "noisy"', dropped.stdout)
        by_path = json.loads(self.explain(self.path(self.log_path(pod('web'))), '--format', 'json').stdout)
        self.assertEqual((by_path['path']['size'], by_path['path']['failure']), (size, None))
        self.assertEqual([(t['outcome'], t['files'][0]['acked']) for t in by_path['targets']], [('read', size)])
        self.write('elsewhere.log', 'x\n')
        self.assertIn("No target's __path__ matches it, of 2 targets", self.explain(self.path('elsewhere.log')).stdout)
        self.assertIn('no such file', self.explain(self.path('nowhere.log')).stdout)
        by_label = self.explain('{pod=~"we.*", namespace="shop"}')
        self.assertIn('pod shop/web', by_label.stdout)
        self.assertNotIn('pod shop/noisy', by_label.stdout)
        self.assertIn('nothing', self.explain('nothing-like-it').stdout)
        self.port = free_port()
        self.assertEqual(self.explain('web').returncode, 2)


if __name__ == '__main__':
    unittest.main()
