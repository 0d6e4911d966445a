// nginx's grammar: tokens, includes, dumps, fragments, inheritance.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lint/nginx_syntax.hpp"
#include "lint/nginx_tree.hpp"
#include "tests/lint/rig.hpp"

namespace firedrill::tests {
namespace {

using testing::HasSubstr;

// The tree as one line, and what was found.
std::string outline(const lint::nginx::Directive& block) {
  std::string text;
  for (const auto& one : block.children) {
    text += text.empty() ? "" : " ";
    for (std::size_t i = 0; i < one.words.size(); ++i) text += (i > 0 ? "|" : "") + one.words[i].text;
    text += one.block ? "{" + outline(one) + "}" : ";";
  }
  return text;
}

struct Parsed {
  explicit Parsed(std::map<std::string, std::string> files, const std::string& name = "/etc/nginx/nginx.conf")
      : texts{std::move(files)} {
    std::string why;
    tree = lint::nginx::read_tree(*sources.open(name, why), sources, findings);
  }
  std::string text() const { return outline(*tree.root); }
  std::string found() const {
    std::string all;
    for (const lint::Finding& finding : findings.list())
      all += std::string{finding.rule->id} + " " + finding.message + "\n";
    return all;
  }
  Texts texts;
  lint::Sources sources{texts};
  lint::Findings findings;
  lint::nginx::Tree tree;
};

std::string parsed(const std::string& text) {
  const Parsed it{{{"/etc/nginx/nginx.conf", text}}};
  return it.found() + it.text();
}

TEST(NginxTokens, EndWhereNginxEndsThem) {
  EXPECT_EQ(parsed("a 'b c' \"d;e\" f\\;g; # h\nevents{i j#k;}"), "a|b c|d;e|f\\;g; events{i|j#k;}");
  EXPECT_EQ(parsed("y $a ${b}c; x \"\\\"\" '\\n';"), "y|$a|${b}c; x|\"|\n;");
  EXPECT_EQ(parsed("location ~ \\.php$ { }"),
            "FD08 this is no whole configuration; it was checked as if it were included in a server\n"
            "location|~|\\.php${}");
}

TEST(NginxTokens, SayWhatIsWrongWithThem) {
  EXPECT_THAT(parsed("a 'b"), HasSubstr("FD01 the quote ' that begins here"));
  EXPECT_THAT(parsed("a 'b'c;"), HasSubstr("FD01 \"c\" cannot stand directly behind a quote"));
  EXPECT_THAT(parsed("events { a; "), HasSubstr("FD01 the block \"events\" is not closed"));
  EXPECT_THAT(parsed("events { } }"), HasSubstr("FD01 there is no block that this brace could close"));
  EXPECT_THAT(parsed("events { a }"), HasSubstr("FD01 the directive \"a\" has no semicolon"));
  EXPECT_THAT(parsed(";"), HasSubstr("FD01 a directive is missing"));
  EXPECT_THAT(parsed(std::string("events {\0", 9)), HasSubstr("FD01 this is no text"));
}

TEST(NginxIncludes, AreFoundBesideTheMainFile) {
  const Parsed it{{{"/etc/nginx/nginx.conf", "http { include conf.d/*.conf; include one; }"},
                   {"/etc/nginx/conf.d/a.conf", "include sub;"},
                   {"/etc/nginx/conf.d/b.conf", "b;"},
                   {"/etc/nginx/conf.d/c.txt", "c;"},
                   {"/etc/nginx/one", "d;"},
                   {"/etc/nginx/sub", "a;"}}};

  EXPECT_EQ(it.found(), "");
  EXPECT_EQ(it.text(), "http{a; include|sub; b; include|conf.d/*.conf; d; include|one;}");
}

TEST(NginxIncludes, OfThemselvesEnd) {
  const Parsed it{
      {{"/etc/nginx/nginx.conf", "include a;"}, {"/etc/nginx/a", "include b;"}, {"/etc/nginx/b", "include a;"}}};

  EXPECT_EQ(it.found(), "FD01 /etc/nginx/a includes itself\n");
}

// nginx has no bound of its own here.
TEST(NginxIncludes, MayFormLongChains) {
  std::map<std::string, std::string> files{{"/etc/nginx/nginx.conf", "include 1;"}};
  for (int i = 1; i < 100; ++i) files["/etc/nginx/" + std::to_string(i)] = fmt::format("include {};", i + 1);
  files["/etc/nginx/100"] = "a;";
  const Parsed it{files};

  EXPECT_EQ(it.found(), "");
}

TEST(NginxIncludes, ThatAreMissingAreRefused) {
  const Parsed it{{{"/etc/nginx/nginx.conf", "include a; include b*;"}}, "/etc/nginx/nginx.conf"};

  EXPECT_EQ(it.found(), "FD03 /etc/nginx/a: No such file or directory\n");
}

TEST(NginxDumps, HoldTheirOwnIncludes) {
  const Parsed it{{{"dump.conf",
                    "# configuration file /etc/nginx/nginx.conf:\nhttp { include sites/*; include /etc/x; }\n\n"
                    "# configuration file /etc/nginx/sites/a:\na;\n\n# configuration file /etc/x:\nx y;\n"}},
                  "dump.conf"};

  EXPECT_EQ(it.found(), "");
  EXPECT_EQ(it.text(), "http{a; include|sites/*; x|y; include|/etc/x;}");
  EXPECT_EQ(it.tree.root->children.front().children.front().spot().line, 5U);
}

TEST(NginxFragments, AreTakenForAPartOfWhatAllOfThemMayStandIn) {
  const auto taken_for = [](const std::string& text) {
    const Parsed it{{{"/etc/nginx/nginx.conf", text}}};
    const std::string found = it.found();
    return found.substr(std::min(found.find("included in ") + 12, found.size()));
  };

  EXPECT_EQ(taken_for("add_header X y;\ngzip on;"), "http\n");
  EXPECT_EQ(taken_for("types { text/html html; }"), "http\n");
  EXPECT_EQ(taken_for("listen 80; add_header X y;"), "a server\n");
  EXPECT_EQ(taken_for("proxy_set_header Host $host; proxy_pass http://api;"), "a location\n");
  EXPECT_EQ(taken_for("server 10.0.0.1:80 backup;"), "an upstream\n");
  EXPECT_EQ(taken_for("server { location / { proxy_pass http://api; } }"), "http\n");
  EXPECT_EQ(taken_for("upstream pg { server 10.0.0.1:5432; }\nserver { listen 5432; proxy_pass pg; }"), "stream\n");
  EXPECT_EQ(taken_for("proxy_pass pg; proxy_timeout 5s;"), "a server of stream\n");
  EXPECT_EQ(taken_for("nosuch on; server { }"), "http\n");
  EXPECT_EQ(taken_for("server { }\nworker_processes 2;"), "http\n");  // as of a site, in which one is misplaced
}

TEST(NginxFragments, AreNothingThatCouldBeAWhole) {
  for (const char* const text : {"worker_processes 2;", "include x.conf;", "events { }\nadd_header X y;", "nosuch on;",
                                 "add_header X y;\nworker_processes 2;", ""})
    EXPECT_THAT(parsed(text), testing::Not(HasSubstr("FD08"))) << text;
}

TEST(NginxFragments, LackNoEvents) {
  EXPECT_EQ(check_text("snippet.conf", "add_header X-Frame-Options DENY;\nexpires 1h;\n")->ids(), "FD08");
}

TEST(NginxTexts, HaveNoByteOrderMark) {
  const auto checked = check_text("nginx.conf",
                                  "\xEF\xBB\xBF"
                                  "events {\n}\nhttp {\n}\n");

  EXPECT_EQ(checked->ids(), "FD03");
  EXPECT_THAT(checked->told("FD03"), HasSubstr("nginx.conf:1:1: nginx takes the byte order mark (BOM)"));
}

TEST(NginxTexts, ThatAreNoneAreNotCalledEmpty) {
  const auto checked = check_text("nginx.conf", std::string("\xFF\xFE"
                                                            "e\0v\0",
                                                            6));

  EXPECT_EQ(checked->ids(), "FD01");
}

std::string in_stream(const std::string& server) {
  return "worker_rlimit_nofile 8192;\nevents {\n  worker_connections 1000;\n}\nstream {\n  upstream pg {\n    zone pg "
         "64k;\n"
         "    server 10.0.0.1:1 max_conns=5;\n    server 10.0.0.2:1 max_conns=5;\n  }\n  server {\n    proxy_pass "
         "pg;\n    "
         "proxy_timeout 5s;\n    " +
         server + "\n  }\n}\n";
}

TEST(NginxStreams, AreToldOfConnections) {
  const auto checked = check_text("nginx.conf", in_stream("listen 5432;"));

  EXPECT_THAT(checked->told("NG02"), HasSubstr("the next connection is closed at once"));
  EXPECT_THAT(checked->told("NG09"), HasSubstr("one failed connection takes server 10.0.0.1:1 out"));
  EXPECT_THAT(checked->told("NG06"), HasSubstr("proxy_connect_timeout is 1m by default"));
  EXPECT_EQ(checked->told("NG07"), "");
}

TEST(NginxStreams, OfDatagramsConnectNowhere) {
  EXPECT_EQ(check_text("nginx.conf", in_stream("listen 53 udp;"))->told("NG06"), "");
  EXPECT_NE(check_text("nginx.conf", in_stream("listen 53 udp; listen 53;"))->told("NG06"), "");
}

TEST(NginxSettings, AreInheritedFromTheBlocksAround) {
  const Parsed it{
      {{"/etc/nginx/nginx.conf",
        "http {\n a 1;\n h x 1;\n server {\n location / {\n b 2;\n }\n location /y {\n h y 2;\n }\n }\n}"}}};
  const auto& server = it.tree.root->children.front().children.back();
  const auto& location = server.children.front();

  EXPECT_EQ(effective(location, "a")->word(1), "1");
  EXPECT_EQ(inherited(*effective(location, "a"), location), " (from http at line 2)");
  EXPECT_EQ(effective(location, "c"), nullptr);
  EXPECT_EQ(effective_all(server.children.back(), "h").front()->word(1), "y");
}

TEST(NginxToPhp, IsUnseenThroughAUnixSocketWhateverTheTimeout) {
  const auto told = [](const std::string& passing) {
    return check_text("nginx.conf",
                      "events { } http { upstream php { server unix:/run/a; } server { listen 80; location / { "
                      "fastcgi_connect_timeout 2s; " +
                          passing + " } } }")
        ->told("NG15");
  };

  EXPECT_THAT(told("fastcgi_pass unix:/run/php;"), HasSubstr("php-fpm reports no queue for a Unix socket"));
  EXPECT_THAT(told("fastcgi_pass php;"), HasSubstr("Unix socket"));
  EXPECT_EQ(told("fastcgi_pass 127.0.0.1:9000;"), "");
}

TEST(NginxTimes, AreSecondsUnlessTheySayOtherwise) {
  EXPECT_EQ(lint::nginx::parse_time("5"), 5);
  EXPECT_EQ(lint::nginx::parse_time("1m30s"), 90);
  EXPECT_EQ(lint::nginx::parse_time("1m 30"), 90);
  EXPECT_DOUBLE_EQ(lint::nginx::parse_time("250ms").value(), 0.25);
  for (const char* const wrong : {"", "s", "5q", "-1", "1.5s"})
    EXPECT_EQ(lint::nginx::parse_time(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace firedrill::tests
