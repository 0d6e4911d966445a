// Mistakes in HAProxy's files, each of which haproxy -c refuses: a check says so, too. And lines that it takes, of
// which a check must not say that they are refused.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/lint/rig.hpp"
#include "tests/support/child_process.hpp"

namespace firedrill::tests {
namespace {

// A place for lines at the end of each section.
const std::string good = R"(global
  maxconn 4000
  stats socket /run/haproxy.sock mode 600 level admin
  #global
userlist people
  group ops users ann
  user ann insecure-password x
  #userlist
defaults
  mode http
  timeout connect 3s
  timeout client 20s
  timeout server 20s
  #defaults
frontend www
  bind 127.0.0.1:18080
  #frontend
  default_backend api
backend api
  balance roundrobin
  #backend
  server a1 127.0.0.1:18081 check maxconn 900
  server a2 127.0.0.1:18082 check maxconn 900
backend sql
  mode tcp
  #sql
  server q1 127.0.0.1:18083 maxconn 900
frontend wire
  mode tcp
  bind 127.0.0.1:18084
  option tcplog
  #wire
  default_backend sql
#end
)";

struct Lines {
  std::string section;
  std::vector<std::string> lines;
};

std::string with(const std::string& section, const std::string& line) {
  std::string text = good;
  const std::string place = "#" + section;
  return text.replace(text.find(place), place.size(), line);
}

const Lines mistakes[] = {
    {"global",
     {"nbthread 0",
      "cpu-map foo 1",
      "cpu-map 1",
      "spread-checks 80",
      "maxsslconn -1",
      "profiling.tasks maybe",
      "default-path sideways",
      "httpclient.ssl.verify maybe",
      "tune.ssl.default-dh-param 10",
      "tune.maxrewrite -1",
      "ssl-default-bind-options no-foo",
      "ssl-default-bind-options ssl-min-ver TLSv9",
      "stats maxconn 0",
      "stats socket /tmp/x mode 9z9",
      "set-var proc.x foo(5)",
      "set-var-fmt proc.x \"%[foo]\"",
      "h1-case-adjust foo bar",
      "stats socket",
      "no log 127.0.0.1 local0",
      "tune.vars.global-max-size 1m",
      "tune.vars.txn-max-size abc",
      "tune.fd.edge-triggered on",
      "no insecure-setuid-wanted",
      "expose-experimental-directives\n  tune.fd.edge-triggered maybe",
      "default busy-polling",
      "lua-prepend-path /x/?.lua foo",
      "lua-prepend-path /x/?.lua path more",
      "tune.recv_enough",
      "log",
      "ca-base /x\n  ca-base /y",
      "unix-bind foo bar",
      "master-worker no-exit-on-failur",
      "nbthread \"\"",
      "set-var proc.x,nosuch int(1)"}},
    {"userlist", {"user bob plain-password x", "group g foo ann"}},
    {"defaults",
     {"acl a path /",
      "retry-on foo",
      "hash-balance-factor 50",
      "log-format \"%zz\"",
      "log-format \"%{\"",
      "log-format \"%[path]\"",
      "option forwardfor excpt 127.0.0.1",
      "option forwardfor except 127.0.0.300",
      "no option forwardfor",
      "hash-type consistent foo",
      "cookie X rewrite insert",
      "email-alert level foo",
      "compression algo foo",
      "http-error status 999",
      "option external-check x",
      "log global x",
      "errorfiles nowhere",
      "default option tcplog",
      "default option dontlognull",
      "no log global",
      "log",
      "no log global",
      "log",
      "log 300.0.0.1:514 local0",
      "log 127.0.0.1:abc local0",
      "log 127.0.0.1:514 format rfc9999 local0",
      "log 127.0.0.1 len 10 local0",
      "log 127.0.0.1 sample 1:0 local0",
      "log 127.0.0.1 sample 5-3:10 local0",
      "log 127.0.0.1 format iso len 100 local0",
      "fullconn \"\"",
      "source 256.0.0.1",
      "email-alert mailers m\n  email-alert from a@b\n  email-alert to c@d"}},
    {"frontend",
     {"bind 127.0.0.1:0",
      "bind 127.0.0.1:80-70",
      "bind 127.0.0.1:80 mode abc",
      "bind 127.0.0.1:80 process foo",
      "bind 127.0.0.1:81 id 1\n  bind 127.0.0.1:82 id 1",
      "acl or path /",
      "acl a path -m foo /",
      "acl a path -x /",
      "acl a src 300.1.1.1",
      "acl a src 1.2.3.4/99",
      "acl a dst_port abc",
      "acl a path_reg (",
      "acl a var(txn.x) y",
      "acl a nbsrv(nowhere) lt 1",
      "acl a nbsrv lt 1",
      "acl a src_get_gpc0(nowhere) gt 1",
      "acl a path(x) y",
      "acl a hdr(host,x) y",
      "use_backend %[foo]",
      "http-request set-header X",
      "http-request set-header X %[nosuch]",
      "http-request set-header X %[src",
      "http-request set-header X %[src,nosuch]",
      "http-request set-header X a b",
      "http-request set-header X \"a % b\"",
      "http-request set-header X %[res.hdr(y)]",
      "http-request set-var(foo) src",
      "http-request set-var(txn.a)",
      "http-request set-var(txn.a) nosuch",
      "http-request redirect location",
      "http-request redirect location / code 999",
      "http-request replace-path ( x",
      "http-request cache-use nosuch",
      "http-request return status abc",
      "http-request return status 200 string a",
      "http-request sc-inc-gpc0(9)",
      "http-request set-log-level foo",
      "http-request set-tos xyz",
      "http-request wait-for-body time 5x",
      "http-request set-timeout server 5s",
      "http-request capture req.hdr(x) id 7",
      "http-request lua.foo",
      "http-response set-status abc",
      "http-response set-header X %[req.hdr(x)]",
      "redirect prefix / code 200",
      "stick-table type ip size abc",
      "stick-table type ip size 1m store http_req_rate",
      "stats http-request foo",
      "filter spoe engine",
      "filter fcgi-app nowhere",
      "http-request send-spoe-group engine group",
      "tcp-request content send-spoe-group engine group",
      "stick-table type ip size 10k\n  http-request track-sc0 base32+src",
      "stick-table type ipv6 size 10k\n  http-request track-sc0 method",
      "stick-table type integer size 10k\n  http-request track-sc0 ipv6(::1)",
      "acl a src 10.0.0.1-10.0.0.5",
      "acl a src 10.0.0.0/255.255.0.300",
      "acl a http_auth_group(people) admins",
      "acl a http_auth_group(people)",
      "acl a hdr_cnt(host) 2:1",
      "acl a hdr_cnt(host) 1:2:3",
      "acl a req.ssl_ver 3.1:3.0",
      "acl a bool(yes)",
      "stick-table size 100k expire 30m store gpc0",
      "http-error status 404 string x",
      "http-error content-type a/b string x",
      "capture response headers X len 5",
      "capture request header X",
      "capture request header X len 5 y",
      "http-request auth realm",
      "http-request track-sc0 src table",
      "http-request set-header X %[path,sha2(128)]",
      "http-request set-header X %[src,ipmask(24.5)]",
      "http-request set-header X %[src,ipmask(24,129)]",
      "http-request set-header X %[uuid(7)]",
      "http-request set-header X %[date(0,h)]",
      "http-request set-header X %[path,json(utf8-s)]",
      "http-request set-header X %[path,url_enc(x)]",
      "http-request set-header X %[path,word(0,/)]",
      "http-request set-header X %[path,length,add(x)]",
      "http-request set-header X %[path,strcmp(x)]",
      "http-request set-header X %[path,set-var(txn.a,nosuch)]",
      "http-request set-header X %[ipv4(10.1)]",
      "http-request set-var(txn.a,ifnotexist) path",
      "http-request unset-var(txn.a,ifset)",
      "bind [::]:80:81",
      "bind 300.0.0.1:80",
      "bind http://127.0.0.1:80",
      "bind 127.0.0.1:18090 nice 5000",
      "maxconn \"\"",
      "filter compression\n  filter compression",
      "filter compression foo",
      "errorfiles errs 999",
      "http-request set-header X %[path,set-var(a.b)]",
      "http-request set-header X %[path,regsub(a,b,z)]",
      "http-request set-header X %[path,concat(a,b)]",
      "http-request set-header X %[path,be2dec(:,9)]",
      "http-request wait-for-body time 5s at-least x",
      "declare capture foo len 5",
      "declare capture request",
      "acl 1x! path /",
      "stick-table type string len x size 1m",
      "stick-table type ip size 1m store gpc(101)"}},
    {"wire", {"log-format %HM", "unique-id-format %HM", "bind 127.0.0.1:18085 proto h2"}},
    {"sql",
     {"server q2 127.0.0.1:80 proto h2", "dispatch 10.0.0.1", "dispatch 10.0.0.1:0",
      "option tcp-check\n  tcp-check send-lf %[foo]", "option tcp-check\n  tcp-check send x y",
      "option tcp-check\n  tcp-check expect string x\n  tcp-check connect",
      "option tcp-check\n  tcp-check expect string x string y"}},
    {"backend",
     {"balance url_param",
      "balance hdr()",
      "balance random(0)",
      "balance uri foo",
      "balance hash",
      "balance hash nosuch",
      "balance hash src lower",
      "balance hash res.hdr(x)",
      "balance hash(src)",
      "default_backend api",
      "default_backend nowhere",
      "stick-table type ip size 10k\n  stick on base32+src",
      "use-server a1",
      "cookie X insert maxidle abc",
      "cookie X insert domain",
      "server a3 127.0.0.1:80 ssl",
      "server a3 127.0.0.1:80 ssl verify required",
      "server a3 127.0.0.1:80 inter 0",
      "server a3 127.0.0.1 check",
      "server a3 127.0.0.1:80 track api/a3",
      "server a3 127.0.0.1:80 check track api/a1",
      "server a3 127.0.0.1:80 agent-check",
      "server a3 127.0.0.1:80 proxy-v2-options foo",
      "server a3 127.0.0.1:80 init-addr foo",
      "server a3 127.0.0.1:80-90",
      "server a3 fd@x",
      "server-template w 3-1 127.0.0.1:80",
      "server-template a 1-2 127.0.0.1:80",
      "http-check expect foo",
      "http-check expect status 20x",
      "http-check expect rstatus (",
      "http-check send hdr X",
      "http-check connect port 99999",
      "tcp-check connect foo",
      "tcp-check send-binary xyz",
      "option httpchk a b c d",
      "retry-on conn-failure none",
      "persist rdp-cookie(",
      "option transparent",
      "http-response set-header X %[path]",
      "server a3 10.0.0.300:80",
      "server a3 http://127.0.0.1:80",
      "server a3 10.0.0.1,10.0.0.2:80",
      "server a3 10.0.0.1-10.0.0.5:80",
      "server a3 [::g]:80",
      "server a3 127.0.0.1:80 source 256.0.0.1",
      "server a3 127.0.0.1:80 ssl verify none sni req.hdr(host",
      "server a3 127.0.0.1:80 ssl verify none sni nosuch",
      "server a3 127.0.0.1:80 ssl verify none sni path_beg",
      "server a3 127.0.0.1:80 proto none",
      "default-server resolvers mydns",
      "server a3 127.0.0.1:80 resolve-opts foo",
      "source 127.0.0.1:abc",
      "source 0.0.0.0 usesrc 300.0.0.1",
      "source 0.0.0.0 interface",
      "http-check expect hdr name",
      "http-check expect hdr x y",
      "http-check expect hdr name -m foo x",
      "http-check expect hdr name x value",
      "http-check expect status 200 status 201",
      "http-check expect status 200, 204",
      "http-check expect status 200-100",
      "http-check expect string OK rstring x",
      "http-check expect status 200 error-status FOO",
      "http-check expect status 200 on-error %[foo]",
      "http-check expect comment x",
      "http-check send meth GET\n  http-check connect",
      "option pgsql-check usr postgres",
      "option pgsql-check user",
      "option mysql-check user haproxy post-42",
      "balance hdr(X-User) use-domain-only",
      "balance url_param x foo",
      "use_backend api if TRUE",
      "fullconn \"\"",
      "id 5\n  id 6"}},
    {"end",
     {"peers p\n  bind :1\n  peer a 127.0.0.1:1",
      "peers p\n  peer a 127.0.0.1:1\n  bind :1",
      "peers p\n  bind :1\n  bind :2\n  server a 127.0.0.1:1",
      "cache c",
      "cache c\n  total-max-size abc",
      "program p",
      "resolvers r\n  nameserver n",
      "resolvers r\n  hold foo 5s",
      "resolvers r\n  accepted_payload_size 10",
      "mailers m\n  mailer a 127.0.0.1",
      "ring r\n  format foo",
      "fcgi-app a\n  docroot /x\n  option foo",
      "fcgi-app a\n  index index.php",
      "userlist u\n  user a insecure-password x groups nosuch",
      "backend q\n  id 3\nbackend r\n  id 3",
      "backend f\n  server x 127.0.0.1:9000 proto fcgi",
      "peers p\n  peer x 127.0.0.1:port",
      "peers p\n  peer x 300.0.0.1:80",
      "peers p\n  table t type ip size 1m store foo",
      "peers p\n  table t size 1m",
      "http-errors e\n  errorfile 200",
      "http-errors e\n  errorfile 999 /dev/null",
      "fcgi-app a\n  docroot /x\n  acl a nosuch",
      "fcgi-app a\n  docroot /x\n  acl a",
      "fcgi-app a\n  docroot /x\n  option max-reqs x",
      "fcgi-app a\n  docroot /x\n  option max-reqs 5",
      "fcgi-app a\n  docroot /x\n  set-param X y if nosuch",
      "fcgi-app a\n  docroot /x\nbackend f\n  use-fcgi-app a\n  server x 127.0.0.1:9000",
      "log-forward l\n  timeout client x",
      "log-forward l\n  dgram-bind 127.0.0.1",
      "ring r\n  timeout connect x"}},
};

const Lines good_haproxy_lines[] = {
    {"global",
     {"master-worker",
      "nbthread 1",
      "max-spread-checks 5s",
      "uid abc",
      "tune.ssl.lifetime 1h",
      "ssl-default-bind-options no-sslv3 ssl-min-ver TLSv1.2 prefer-client-ciphers",
      "set-var proc.a int(5),add(1)",
      "cpu-map 1 0",
      "no log",
      "lua-prepend-path /x/?.lua cpath",
      "tune.recv_enough 10136",
      "tune.vars.global-max-size 1000",
      "expose-experimental-directives\n  tune.fd.edge-triggered on",
      "cpu-map 1 0",
      "no log",
      "lua-prepend-path /x/?.lua cpath",
      "tune.recv_enough 10136",
      "ca-base /x\n  crt-base /x",
      "unix-bind prefix /x mode 770 uid 0",
      "master-worker no-exit-on-failure",
      "set-var proc.a,ifnotset int(5)"}},
    {"userlist", {"user bob password x groups ops", "user bob", "group g", "group g users ann"}},
    {"defaults",
     {"log 127.0.0.1:514 len 80 format iso sample 1-3,5:10 local0 info",
      "log stdout format raw daemon",
      "log /dev/log local0",
      "log [::1]:514 local0",
      "log udp@127.0.0.1 local0",
      "source *",
      "source 127.0.0.1:1025 interface lo",
      "source 0.0.0.0 usesrc clientip",
      "email-alert mailers m",
      "log-format %HM\n  option tcplog",
      "timeout queue 20sec",
      "retries abc",
      "option forwardfor except 10.0.0.0/8 header X-F if-none",
      "log-format \"%ci:%cp [%tr] %{+Q}r %[var(txn.a)] 100%%\"",
      "retry-on conn-failure 503",
      "hash-type map-based wt6 avalanche",
      "no option redispatch",
      "default option redispatch",
      "no log",
      "balance hash path"}},
    {"frontend",
     {"no log",
      "stick-table type ip size 10k\n  http-request track-sc0 base",
      "stick-table type integer size 10k\n  http-request track-sc0 ssl_fc",
      "stick-table type string size 10k\n  http-request track-sc0 base32+src",
      "bind 127.0.0.1:18083-18085 name x",
      "acl a path_reg ^/(a|b)[]x]?$",
      "acl a src 10.0.0.0/8 ::1",
      "acl a dst_port 80:90",
      "acl a nbsrv(api) lt 2",
      "acl a url_param(a) -m found",
      "use_backend api if",
      "use_backend %[req.hdr(host),lower,word(1,.)]",
      "http-request set-header X-%[src] a",
      "http-request set-header X \"%[src,concat(:,sess.x)]\"",
      "http-request set-var(txn.a) path,lower if { path -m found }",
      "http-request set-var(txn.a) src lower",
      "http-request replace-header Cookie (a)=(.*) \\1=x",
      "http-request redirect location /x%[path] code 308 drop-query set-cookie a=b",
      "http-request return status 200 content-type a/b lf-string \"%ci\" if { path /1 }",
      "http-request del-header Z -m beg",
      "http-request set-nice abc",
      "http-response set-header X %[status]",
      "stick-table type string len 32 size 100k store gpt0,http_err_rate(1m)",
      "acl a src 10.0.0.010 10.1 ::1/64 10.0.0.0/255.0.0.0",
      "acl a http_auth_group(people) -i ops",
      "acl a hdr_cnt(host) 1:2 :5 5:",
      "acl a req.ssl_ver 3.0:3.1",
      "acl a bool(true)",
      "acl x-1.2:3 path /",
      "http-request set-header X %[path,set-var(txn.b),regsub(a,b,gi),concat(a,txn.b,c)]",
      "http-request wait-for-body time 5s at-least 1k",
      "declare capture request len 5",
      "stick-table type ip size 1m store gpc(100)",
      "http-error status 404 content-type a/b string x hdr X y",
      "http-error content-type a/b string x status 404",
      "capture response header X len 5",
      "capture cookie X len 5",
      "http-request auth",
      "http-request auth realm x if TRUE",
      "http-request set-header X %[path,sha2]",
      "http-request set-header X %[path,sha2(512)]",
      "http-request set-header X %[src,ipmask(255.255.0.0,64)]",
      "http-request set-header X %[uuid(4)]",
      "http-request set-header X %[date(0,ms),http_date(0,ms)]",
      "http-request set-header X %[path,json(),url_enc(query),word(-1,/)]",
      "http-request set-header X %[path,length,add(txn.x),add(-1)]",
      "http-request set-header X %[path,set-var(txn.a,ifexists)]",
      "http-request set-header X %[ipv4(10.0.0.1)]",
      "http-request set-var(txn.a,ifempty,ifset) path",
      "http-request set-var-fmt(txn.a,ifset) x",
      "bind [::1]:18090",
      "bind ::1:18090",
      "bind 127.0.0.1:18090 nice -1024",
      "filter compression",
      "bind 127.0.0.1:18090 proto h2",
      "log-format %HM"}},
    {"wire", {"log-format \"%ci %ST %B %ts\"", "log-format %HM\n  option tcplog"}},
    {"sql",
     {"server q2 127.0.0.1:80 proto none", "dispatch 10.0.0.1:80", "dispatch :80",
      "option tcp-check\n  tcp-check send-lf x%[src] comment y", "option tcp-check\n  tcp-check expect custom",
      "option tcp-check\n  tcp-check comment x\n  tcp-check set-var(check.a,ifset) int(1)\n  tcp-check connect",
      "option tcp-check\n  tcp-check expect string x comment y min-recv 4"}},
    {"backend",
     {"persist rdp-cookie(msts)",
      "no log",
      "balance hash req.hdr(X-User),lower",
      "balance hash src",
      "balance hdr(Host)",
      "balance random(3)",
      "server a3 127.0.0.1:80 maxconn",
      "server a3 127.0.0.1:80 ssl verify none check",
      "server a3 127.0.0.1 check port 80",
      "server a3 127.0.0.1:80 track a1",
      "http-check set-var(check.x) int(1)",
      "http-check expect ! rstring ^a",
      "http-check expect status 200-299,404",
      "tcp-check send-binary 0a0b",
      "server-template w 1-3 127.0.0.1:80",
      "cookie X insert maxidle 5m",
      "server a3 10.0.0.300:80 init-addr none",
      "server a3 10.0.0.300:80 init-addr last,10.0.0.1",
      "server a3 10.1:80",
      "server a3 ::1:80",
      "server a3 [10.0.0.1]:80",
      "server a3 localhost:80",
      "server a3 127.0.0.1:80 resolve-opts allow-dup-ip,ignore-weight",
      "server a3 127.0.0.1:80 source 127.0.0.1:1025-2000",
      "server a3 127.0.0.1:80 ssl verify none sni req.hdr(host),lower",
      "server a3 127.0.0.1:80 ssl verify none sni srv_name",
      "server a3 127.0.0.1:80 proto h2",
      "http-check expect hdr name -m beg x value -m reg ^y",
      "http-check expect ! hdr name-lf x value-lf y",
      "http-check expect ! ! status 200-299,404 comment x on-error x ok-status L7OK min-recv 5",
      "http-check send-state\n  http-check comment x\n  http-check connect\n  http-check send meth GET",
      "option pgsql-check user x",
      "option mysql-check user x post-41",
      "balance hdr(X-User) use_domain_only",
      "balance url_param x check_post",
      "use_backend sql-%[path]",
      "server a3 127.0.0.1:80 maxconn \"\""}},
    {"end",
     {"peers p\n  bind :1\n  server a 127.0.0.1:1",
      "cache c\n  total-max-size 4\n  max-object-size 1000\n  process-vary on",
      "resolvers r\n  nameserver n 127.0.0.1:53", "mailers m\n  mailer a 127.0.0.1:25\n  timeout mail 5s",
      "userlist u\n  group g users a\n  user a insecure-password x groups g",
      "peers p\n  peer x 127.0.0.1:81\n  table t type ip size 1m store gpc0", "peers p\n  peer x", "http-errors e",
      "fcgi-app a\n  docroot /x\n  acl a path /\n  set-param X y if a",
      "fcgi-app a\n  docroot /x\n  option max-reqs 5\n  option mpxs-conns",
      "fcgi-app a\n  docroot /x\nbackend f\n  use-fcgi-app a\n  default-server proto fcgi\n  server x 127.0.0.1:9000",
      "log-forward l\n  timeout client 5s\n  dgram-bind 127.0.0.1:10515", "ring r\n  timeout connect 5s"}},
};

class HaproxyRefuses : public testing::Test {
 protected:
  void SetUp() override {
    if (program({"/usr/sbin/haproxy"}).empty())
      GTEST_SKIP() << "!!! NOT TESTED: install the Debian package haproxy (./dev test does that)";
  }
  bool is_refused(const std::string& text) {
    return run({"/usr/sbin/haproxy", "-c", "-f", directory_.write("haproxy.cfg", text)}).code != 0;
  }
  static std::string told(const std::string& text) {
    const auto checked = check_text("haproxy.cfg", text);
    return checked->told("FD01") + checked->told("FD02") + checked->told("FD03");
  }

 private:
  TemporaryDirectory directory_;
};

TEST_F(HaproxyRefuses, WhatACheckRefuses) {
  for (const Lines& one : mistakes)
    for (const std::string& line : one.lines) {
      EXPECT_NE(told(with(one.section, line)), "") << line;
      EXPECT_TRUE(is_refused(with(one.section, line))) << line;
    }
}

TEST_F(HaproxyRefuses, NothingOfWhatACheckTakes) {
  for (const Lines& one : good_haproxy_lines)
    for (const std::string& line : one.lines) {
      EXPECT_EQ(told(with(one.section, line)), "") << line;
      EXPECT_FALSE(is_refused(with(one.section, line))) << line;
    }
}

// A byte order mark is told by its name, and what stands behind it is read.
TEST_F(HaproxyRefuses, AByteOrderMark) {
  const std::string marked = "\xef\xbb\xbf" + good;

  const auto checked = check_text("haproxy.cfg", marked);
  const auto wide = check_text("haproxy.cfg", std::string{"\xff\xfe#\0\n\0", 6});
  const auto noise = check_text("haproxy.cfg", std::string{"\1\0\2\n", 4});

  EXPECT_TRUE(is_refused(marked));
  EXPECT_EQ(
      checked->told("FD03"),
      "haproxy.cfg:1:1: the file begins with a byte order mark (BOM), which HAProxy takes for a part of its first "
      "word");
  EXPECT_EQ(checked->told("FD02"), "");
  EXPECT_EQ(lint::format_of("haproxy.conf", marked), lint::Format::haproxy);
  EXPECT_EQ(wide->told("FD01"), "haproxy.cfg:1:1: this is UTF-16, by its byte order mark, and HAProxy reads bytes");
  EXPECT_EQ(noise->told("FD01"), "haproxy.cfg:1:2: this is no text: there is a zero byte");
  for (const auto* const one : {&wide, &noise}) EXPECT_EQ((*one)->told("FD03"), "") << "nothing is in it";
}

}  // namespace
}  // namespace firedrill::tests
