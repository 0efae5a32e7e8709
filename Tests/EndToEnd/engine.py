"""A stand-in for Docker's engine on a unix socket or a port: what Podman cannot show, and many containers at little cost."""
import asyncio, collections, json, re, threading, time, urllib.parse


class Container:
    def __init__(self, id, name, **more):
        self.id, self.name, self.log = id, name, []  # (nanoseconds, stream, text with its line end)
        self.running, self.paused, self.started, self.changed = True, False, '2026-01-01T00:00:00.%09dZ' % 1, asyncio.Event()
        self.labels, self.tty, self.driver, self.log_path, self.networks, self.refusal, self.raw = {}, False, 'local', '', ['bridge'], None, b''
        self.__dict__.update(more)

    def tell(self):
        self.changed.set()
        self.changed = asyncio.Event()


def stamp(ns):
    text = time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(ns // 10**9))
    rest = ('%09d' % (ns % 10**9)).rstrip('0')
    return text + ('.' + rest if rest else '') + 'Z'


class Engine:
    def __init__(self, where, tls=None):
        self.tls = tls
        self.where, self.containers, self.asked, self.seen = where, {}, collections.Counter(), []
        self.listeners, self.writers, self.stalled, self.starts, self.cut_after = set(), set(), False, 1, None
        self.loop, ready = asyncio.new_event_loop(), threading.Event()
        self.thread = threading.Thread(target=self.run, args=[ready], daemon=True)
        self.thread.start()
        ready.wait(10)

    def run(self, ready):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self.listen())
        ready.set()
        self.loop.run_forever()

    async def listen(self):
        self.server = await (asyncio.start_unix_server(self.serve, self.where) if '/' in str(self.where)
                             else asyncio.start_server(self.serve, '127.0.0.1', int(self.where), ssl=self.tls))

    def do(self, body):
        """Runs on the engine's thread, and returns what it gave."""
        async def run():
            return body()
        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(30)

    def hang_up(self):
        """Cuts all connections."""
        self.do(lambda: [w.transport.abort() for w in list(self.writers)])

    def down(self):
        self.do(self.server.close)
        self.hang_up()

    def up(self):
        asyncio.run_coroutine_threadsafe(self.listen(), self.loop).result(10)

    def close(self):
        self.down()

        async def cancel():
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
        asyncio.run_coroutine_threadsafe(cancel(), self.loop).result(30)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    # What happens to containers.
    def add(self, id, name, **more):
        def add():
            self.containers[id] = Container(id, name, **more)
            self.event('start', id)
        self.do(add)

    def write(self, id, *texts, stream=1, ns=None):
        def write():
            c = self.containers[id]
            for n, text in enumerate(texts):
                c.log.append((time.time_ns() if ns is None else ns + n, stream, text))
            c.tell()
        self.do(write)

    def set(self, id, **more):
        def change():
            self.containers[id].__dict__.update(more)
            self.containers[id].tell()
        self.do(change)

    def stop(self, id):
        self.set(id, running=False)
        self.do(lambda: self.event('die', id))

    def start(self, id):
        self.starts += 1
        self.set(id, running=True, started='2026-01-01T00:00:00.%09dZ' % self.starts)
        self.do(lambda: self.event('start', id))

    def remove(self, id):
        def remove():
            c = self.containers.pop(id)
            c.running = False
            c.tell()
            self.event('destroy', id)
        self.do(remove)

    def event(self, action, id):
        text = json.dumps({'Type': 'container', 'Action': action, 'Actor': {'ID': id, 'Attributes': {}}, 'time': int(time.time())}) + '\n'
        for queue in self.listeners:
            queue.put_nowait(text.encode())

    # The API.
    async def serve(self, reader, writer):
        self.writers.add(writer)
        try:
            while True:
                head = (await reader.readuntil(b'\r\n\r\n')).decode()
                while self.stalled:
                    await asyncio.sleep(0.05)
                target = head.split(' ', 2)[1]
                path, _, query = target.partition('?')
                query = {k: v[0] for k, v in urllib.parse.parse_qs(query).items()}
                self.seen.append(target)
                if not await self.answer(re.sub(r'^/v1\.\d+', '', path), query, writer):
                    break
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.writers.discard(writer)
            writer.close()

    async def answer(self, path, query, writer):
        """Whether the connection goes on."""
        m = re.match(r'/containers/(\w+)/(json|logs)$', path)
        c = self.containers.get(m.group(1)) if m else None
        self.asked['list' if path == '/containers/json' else m.group(2) if m else path[1:]] += 1
        if path == '/containers/json':
            filters = {k: list(v) for k, v in json.loads(query.get('filters', '{}')).items()}
            return await self.json(writer, [self.listed(c) for c in self.containers.values()
                                            if (c.running or query.get('all')) and self.fits(c, filters)])
        if path == '/networks':
            return await self.json(writer, [{'Id': 'id-' + n, 'Name': n, 'Scope': 'local'} for n in ('bridge', 'other')])
        if path == '/events':
            return await self.events(writer)
        if c is None:
            return await self.json(writer, {'message': 'No such container'}, 404)
        if m.group(2) == 'json':
            return await self.json(writer, {
                'Id': c.id, 'Name': '/' + c.name, 'LogPath': c.log_path, 'Config': {'Tty': c.tty}, 'HostConfig': {'LogConfig': {'Type': c.driver}},
                'State': {'Status': 'running' if c.running else 'exited', 'Running': c.running, 'Paused': c.paused, 'ExitCode': 3,
                          'StartedAt': c.started}})
        if c.refusal:
            return await self.json(writer, {'message': c.refusal}, 500)
        return await self.logs(c, query, writer)

    @staticmethod
    def fits(c, filters):
        return all(c.id in values if name == 'id' else ('running' if c.running else 'exited') in values if name == 'status'
                   else any('='.join(l) in values or l[0] in values for l in c.labels.items()) for name, values in filters.items())

    @staticmethod
    def listed(c):
        return {'Id': c.id, 'Names': ['/' + c.name], 'Labels': c.labels, 'State': 'running' if c.running else 'exited', 'HostConfig': {'NetworkMode': 'bridge'},
                'Ports': [], 'NetworkSettings': {'Networks': {n: {'IPAddress': '10.0.0.2', 'NetworkID': 'id-' + n} for n in c.networks}}}

    async def json(self, writer, value, status=200):
        body = json.dumps(value).encode()
        writer.write(b'HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n' % (status, len(body)) + body)
        await writer.drain()
        return True

    async def chunk(self, writer, data):
        writer.write(b'%x\r\n' % len(data) + data + b'\r\n')
        await writer.drain()

    async def begin(self, writer):
        writer.write(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
        await writer.drain()

    async def events(self, writer):
        queue = asyncio.Queue()
        self.listeners.add(queue)
        try:
            await self.begin(writer)
            while True:
                await self.chunk(writer, await queue.get())
        finally:
            self.listeners.discard(queue)

    async def logs(self, c, query, writer):
        await self.begin(writer)
        whole, _, rest = query['since'].partition('.')
        since = int(whole) * 10**9 + int((rest + '0' * 9)[:9])
        place, sent = 0, 0
        for start in range(0, len(c.raw), 1 << 16):
            await self.chunk(writer, c.raw[start:start + (1 << 16)])
        while True:
            changed, data = c.changed, bytearray()
            while place < len(c.log) and len(data) < 1 << 16:
                ns, stream, text = c.log[place]
                place += 1
                if ns < since:
                    continue
                text = ('%s %s' % (stamp(ns), text)).encode()
                data += text.replace(b'\n', b'\r\n') if c.tty else bytes([stream, 0, 0, 0]) + len(text).to_bytes(4, 'big') + text
            if data:
                if self.cut_after is not None and sent + len(data) > self.cut_after:
                    await self.chunk(writer, bytes(data[:self.cut_after - sent]))
                    self.cut_after = None
                    writer.transport.abort()
                    return False
                sent += len(data)
                await self.chunk(writer, bytes(data))
            elif not c.running or 'follow' not in query:
                writer.write(b'0\r\n\r\n')
                await writer.drain()
                return True
            else:
                await changed.wait()
