"""`firedrill serve`, whose proxies and faults are changed through its control port while it is measured."""
import http.client
import json
import time

from processes import Child, Failed, free_port


def ask(connection, method, target, body=None):
    connection.request(method, target, json.dumps(body) if body is not None else None)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status // 100 != 2:
        raise Failed(f"{method} {target}: {answer.status} {text[:200]}")
    return text


class Daemon:
    def __init__(self, program, directory):
        self.port = free_port()
        self.child = Child("firedrill", [str(program), "serve", "--control", f"127.0.0.1:{self.port}", "--state",
                                         f"{directory}/state", "--drain", "0s"], directory)
        try:
            self.child.listening_on(self.port)
            self.control = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        except BaseException:
            self.child.end()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.control.close()
        self.child.end()

    def ask(self, method, target, body=None):
        """A request on a connection that stays; the daemon may have closed it meanwhile, for having been quiet."""
        try:
            return ask(self.control, method, target, body)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self.control.close()
            return ask(self.control, method, target, body)

    def proxy(self, name, upstream, fault=None, **more):
        """Opens a proxy in front of the upstream port, born with its fault; answers with its own port."""
        body = {"name": name, "listen": "127.0.0.1:0", "upstream": f"127.0.0.1:{upstream}", **more}
        if fault:
            body["faults"] = [{"name": "fault", **fault}]
        address = json.loads(self.ask("POST", "/v1/proxies", body))["status"]["address"]
        return int(address.rsplit(":", 1)[1])

    def set(self, proxy, fault):
        self.ask("PUT", f"/v1/proxies/{proxy}/faults/fault", fault)

    def heal(self, proxy):
        self.ask("DELETE", f"/v1/proxies/{proxy}/faults/fault")

    def latencies(self, proxy, times):
        """Seconds that each of so many requests took: a fault added, the status read, the fault removed."""
        took = []
        fault = f"/v1/proxies/{proxy}/faults/probe"
        for _ in range(times):
            for method, target, body in (("PUT", fault, {"kind": "latency", "delay": "1ms", "ttl": "30s"}),
                                         ("GET", "/v1/status", None), ("DELETE", fault, None)):
                begun = time.perf_counter()
                self.ask(method, target, body)
                took.append(time.perf_counter() - begun)
        return took
