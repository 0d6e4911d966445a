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

struct Product {
  std::string name, file, good;
  std::vector<std::string> command;  // the file's path comes behind it
};

const Product haproxy{"haproxy",
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

const Product nginx{"nginx",
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

class Refused : public testing::TestWithParam<const Product*> {
 protected:
  void SetUp() override {
    if (program({product().command[0]}).empty())
      GTEST_SKIP() << "!!! NOT TESTED: install the Debian packages haproxy and nginx (./dev test does that)";
  }
  const Product& product() const { return *GetParam(); }
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

INSTANTIATE_TEST_SUITE_P(Products, Refused, testing::Values(&haproxy, &nginx),
                         [](const auto& one) { return one.param->name; });

}  // namespace
}  // namespace firedrill::tests
