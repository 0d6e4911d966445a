// Where HAProxy or nginx refuse a file, a check never says that it is good. Known mistakes one by one, then mistakes by
// chance: a good file with a word or a line changed, thousands of ways, of which a share is played each time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "tests/lint/rig.hpp"
#include "tests/support/child_process.hpp"

namespace firedrill::tests {
namespace {

struct Judge {
  std::string name, file, good;
  std::vector<std::string> command;  // the file's path comes behind it
};

const Judge by_haproxy{"haproxy",
                       "haproxy.cfg",
                       R"(global
  maxconn 4000
defaults base
  mode http
  timeout connect 4s
  timeout client 20s
  timeout server 10s
  timeout queue 2s
  retries 2
  default-server inter 3s fall 3 rise 2
frontend www from base
  bind :8080 name main
  maxconn 3000
  acl is_api path_beg /api
  http-request deny deny_status 403 if { src 10.0.0.0/8 } !is_api
  use_backend api if is_api
  default_backend web
backend api from base
  balance leastconn
  option redispatch
  cookie SRV insert indirect nocache
  stick-table type ip size 100k expire 30s store conn_cur
  stick on src
  server a1 10.0.0.1:80 check maxconn 50 cookie a1 weight 10
  server a2 10.0.0.2:80 check maxconn 50 cookie a2 slowstart 10s
backend web from base
  server w1 10.0.0.3:80 maxconn 20
)",
                       {"/usr/sbin/haproxy", "-c", "-f"}};

const Judge by_nginx{"nginx",
                     "nginx.conf",
                     R"(worker_processes 2;
worker_rlimit_nofile 8192;
events {
  worker_connections 4096;
}
http {
  keepalive_timeout 75s;
  client_max_body_size 10m;
  gzip on;
  map $http_upgrade $conn_up {
    default upgrade;
    '' "";
  }
  limit_conn_zone $binary_remote_addr zone=one:1m;
  upstream api {
    zone api 64k;
    least_conn;
    server 127.0.0.1:8081 max_conns=100 max_fails=3 fail_timeout=5s;
    server 127.0.0.1:8082 backup weight=2;
    keepalive 16;
  }
  server {
    listen 8080 default_server;
    server_name example.org;
    limit_conn one 10;
    location / {
      proxy_http_version 1.1;
      proxy_set_header Connection $conn_up;
      proxy_connect_timeout 2s;
      proxy_next_upstream error timeout;
      proxy_pass http://api;
    }
    location = /old {
      return 301 /new;
    }
  }
}
)",
                     {"/usr/sbin/nginx", "-t", "-q", "-e", "stderr", "-g", "pid /dev/null; error_log stderr;", "-c"}};

class Refused : public testing::TestWithParam<const Judge*> {
 protected:
  void SetUp() override {
    if (program({product().command[0]}).empty())
      GTEST_SKIP() << "!!! NOT TESTED: install the Debian packages haproxy and nginx (./dev test does that)";
  }
  const Judge& product() const { return *GetParam(); }
  bool is_refused(const std::string& text) {
    Command command = product().command;
    command.push_back(directory_.write(product().file, text));
    return run(command).code != 0;
  }
  std::string mistakes(const std::string& text) const {
    const auto checked = check_text(product().file, text);
    return checked->told("FD01") + checked->told("FD02") + checked->told("FD03");
  }

 private:
  TemporaryDirectory directory_;
};

TEST_P(Refused, NotTheGoodFile) {
  EXPECT_FALSE(is_refused(product().good));
  EXPECT_EQ(mistakes(product().good), "");
}

// What people get wrong, in place of a part of the good file (or at its end).
struct Mistake {
  const Judge* product;
  std::string part, instead;
};
const Mistake known_mistakes[] = {
    {&by_haproxy, "mode http", "mode htpp"},
    {&by_haproxy, "timeout connect 4s", "timeout conect 4s"},
    {&by_haproxy, "timeout connect 4s", "timeout connect"},
    {&by_haproxy, "timeout connect 4s", "timeout connect 4s 5s"},
    {&by_haproxy, "timeout connect 4s", "timeout connect 99999999999s"},
    {&by_haproxy, "  retries 2\n", "  retrys 2\n"},
    {&by_haproxy, "bind :8080 name main", "bind"},
    {&by_haproxy, "bind :8080 name main", "bind :80800"},
    {&by_haproxy, "bind :8080 name main", "bind :8080 sll"},
    {&by_haproxy, "bind :8080 name main", "bind 8080"},
    {&by_haproxy, "path_beg /api", "path_begin /api"},
    {&by_haproxy, "!is_api", "!is_app"},
    {&by_haproxy, "deny_status 403", "deny_status forbidden"},
    {&by_haproxy, "http-request deny", "http-request refuse"},
    {&by_haproxy, "use_backend api if is_api", "use_backend apis if is_api"},
    {&by_haproxy, "use_backend api if is_api", "use_backend api when is_api"},
    {&by_haproxy, "default_backend web", "default_backend www"},
    {&by_haproxy, "balance leastconn", "balance leastcon"},
    {&by_haproxy, "option redispatch", "option redispatched"},
    {&by_haproxy, "type ip size", "type ipv5 size"},
    {&by_haproxy, "store conn_cur", "store conn_current"},
    {&by_haproxy, "maxconn 50 cookie a1", "maxcon 50 cookie a1"},
    {&by_haproxy, "maxconn 50 cookie a1", "maxconn"},
    {&by_haproxy, "weight 10", "weight 300"},
    {&by_haproxy, "slowstart 10s", "slowstart 10parsecs"},
    {&by_haproxy, "server a2 10.0.0.2:80", "server a1 10.0.0.2:80"},
    {&by_haproxy, "server a2 10.0.0.2:80", "server a2 10.0.0.2:http2"},
    {&by_haproxy, "backend web from base", "backend web from bass"},
    {&by_haproxy, "backend web from base", "backend api from base"},
    {&by_haproxy, "backend web from base", "backend"},
    {&by_haproxy, "backend web from base", "bakend web from base"},
    {&by_haproxy, "global\n", "global\n  nbthreads 4\n"},
    {&by_haproxy, "global\n", "global\n  description \"api\n"},
    {&by_haproxy, "", ".if 1\n"},
    {&by_haproxy, "", ".endif\n"},
    {&by_haproxy, "", "  timeout queue 2"},  // cut off in the last line
    {&by_nginx, "worker_processes 2;", "worker_processes two;"},
    {&by_nginx, "worker_processes 2;", "worker_processes 2"},
    {&by_nginx, "worker_processes 2;", "worker_process 2;"},
    {&by_nginx, "worker_processes 2;", "worker_processes 2 4;"},
    {&by_nginx, "worker_connections 4096;", "worker_connections 4k096;"},
    {&by_nginx, "events {", "events"},
    {&by_nginx, "keepalive_timeout 75s;", "keepalive_timeout 75sec;"},
    {&by_nginx, "keepalive_timeout 75s;", "keepalive_timeout 75s; keepalive_timeout 75s;"},
    {&by_nginx, "client_max_body_size 10m;", "client_max_body_size 10mb;"},
    {&by_nginx, "gzip on;", "gzip yes;"},
    {&by_nginx, "gzip on;", "gzip on; upstreams a { }"},
    {&by_nginx, "zone=one:1m", "zone=one"},
    {&by_nginx, "zone api 64k;", "zone api 1k;"},
    {&by_nginx, "least_conn;", "most_conn;"},
    {&by_nginx, "max_conns=100", "max_conn=100"},
    {&by_nginx, "max_conns=100", "max_conns=many"},
    {&by_nginx, "fail_timeout=5s", "fail_timeout=5 s"},
    {&by_nginx, "keepalive 16;", "keepalive 0x;"},
    {&by_nginx, "keepalive 16;", "keepalive 16; proxy_pass http://api;"},
    {&by_nginx, "listen 8080 default_server;", "listen 80800;"},
    {&by_nginx, "listen 8080 default_server;", "listen 8080 default_sever;"},
    {&by_nginx, "limit_conn one 10;", "limit_conn one;"},
    {&by_nginx, "limit_conn one 10;", "limit_conn two 10;"},
    {&by_nginx, "proxy_http_version 1.1;", "proxy_http_version 2;"},
    {&by_nginx, "proxy_connect_timeout 2s;", "proxy_connect_timeout;"},
    {&by_nginx, "proxy_connect_timeout 2s;", "proxy_conect_timeout 2s;"},
    {&by_nginx, "error timeout;", "error timeouts;"},
    {&by_nginx, "proxy_pass http://api;", "proxy_pass api;"},
    {&by_nginx, "proxy_pass http://api;", "proxy_pass http://api; proxy_pass http://api;"},
    {&by_nginx, "$conn_up;", "$conn_upp;"},
    {&by_nginx, "location = /old {", "location / {"},
    {&by_nginx, "location = /old {", "location ~ ( {"},
    {&by_nginx, "return 301 /new;", "return moved /new;"},
    {&by_nginx, "server_name example.org;", "server_name \"example.org;"},
    {&by_nginx, "", "}\n"},
    {&by_nginx, "", "http {\n}\n"},
    {&by_nginx, "", "include absent.conf;\n"},
};

TEST_P(Refused, KnownMistakesAreNeverGood) {
  int number = 0;
  for (const Mistake& one : known_mistakes) {
    if (one.product != &product()) continue;
    std::string text = product().good;
    const std::size_t at = one.part.empty() ? text.size() : text.find(one.part);
    ASSERT_NE(at, std::string::npos) << one.part;
    text.replace(at, one.part.size(), one.instead);
    EXPECT_TRUE(is_refused(text)) << one.instead;
    EXPECT_NE(mistakes(text), "") << one.instead;
    ++number;
  }
  EXPECT_GT(number, 30);
}

// Rare lines that are good all the same, each behind the good file.
TEST_P(Refused, RareLinesAreNotTakenForMistakes) {
  const bool of_haproxy = &product() == &by_haproxy;
  const std::vector<std::string> lines =
      of_haproxy ? std::vector<std::string>{"  http-request set-path /x",
                                            "  http-request set-query a=b",
                                            "  http-request sc-set-gpt0(0) 1",
                                            "  http-after-response set-var(txn.a) int(1)",
                                            "  http-request set-priority-class int(1)",
                                            "  tcp-request content set-var(txn.a) src",
                                            "  stick-table type ip size 1m store gpc(3),gpc_rate(3,10s),conn_cur",
                                            "  http-request set-timeout server 5s",
                                            "  option httpchk GET /health",
                                            "  http-check send meth GET uri /health",
                                            "  server s6 [::1]:80 maxconn 5",
                                            "  server u1 unix@/run/a.sock",
                                            "  timeout tunnel 1h"}
                 : std::vector<std::string>{"env A=b;", "http {\n}", "events {\n}"};
  for (const std::string& line : lines) {
    const std::string text = product().good + line + "\n";
    EXPECT_EQ(is_refused(text), !mistakes(text).empty()) << line << ": " << mistakes(text);
  }
  if (of_haproxy) return;
  for (const std::string line : {
           "listen 127.0.0.1:18000-18002;",
           "return 444;",
           "return $scheme://example.org;",
           "return 200 \"$request_id ${arg_a} $http_x $upstream_http_y\";",
           "rewrite ^/(?<part>[^/]+)/$ /$part/$1 last;",
           "location ~ ^/[]a[:alpha:]()]+\\(\\)$ {\n}",
           "location ^~ /old {\n}",
           "location @old {\n}",
           "set $made 1; return 200 $made;",
           "server_name ~^(www\\.)?(?<domain>.+)$;",
           "return 200 $nonsense;",
           "location ~ [a {\n}",
           "location = /old {\n}",
       }) {
    std::string text = product().good;
    text.insert(text.find("    server_name"), "    " + line + "\n");
    EXPECT_EQ(is_refused(text), !mistakes(text).empty()) << line << ": " << mistakes(text);
  }
}

// A word of a line is taken out, doubled or replaced, or the line is doubled, taken out or put elsewhere.
TEST_P(Refused, FilesAreNeverGood) {
  std::vector<std::string> lines;
  std::istringstream stream{product().good};
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  std::mt19937 chance{20230510};  // the same everywhere
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(chance() % n); };
  int refused = 0, missed = 0;
  std::string which;

  for (int i = 0; i < 150; ++i) {
    auto changed = lines;
    const std::size_t at = below(changed.size());
    std::vector<std::string> words;
    std::istringstream in{changed[at]};
    for (std::string word; in >> word;) words.push_back(word);
    const std::size_t how = below(5), word = words.empty() ? 0 : below(words.size());
    const std::vector<std::string> strays{"nonsense", "7x", "{", "}", "\"", "5q", "if", ";"};
    if (how == 0 && !words.empty()) words.erase(words.begin() + static_cast<std::ptrdiff_t>(word));
    if (how == 1 && !words.empty()) words[word] = strays[below(strays.size())];
    if (how == 2) words.insert(words.begin() + static_cast<std::ptrdiff_t>(word), strays[below(strays.size())]);
    if (how <= 2) {
      changed[at].clear();
      for (const std::string& one : words) changed[at] += " " + one;
    }
    if (how == 3) changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(at));
    if (how == 4) changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(at), changed[at]);
    std::string text;
    for (const std::string& line : changed) text += line + "\n";
    if (!is_refused(text)) continue;
    ++refused;
    if (!mistakes(text).empty()) continue;
    ++missed;
    which += "line " + std::to_string(at + 1) + ": " + (at < changed.size() ? changed[at] : "") + "\n";
  }

  EXPECT_GT(refused, 60);
  EXPECT_EQ(missed, 0) << "of " << refused << ":\n" << which;
}

INSTANTIATE_TEST_SUITE_P(Products, Refused, testing::Values(&by_haproxy, &by_nginx),
                         [](const auto& one) { return one.param->name; });

}  // namespace
}  // namespace firedrill::tests
