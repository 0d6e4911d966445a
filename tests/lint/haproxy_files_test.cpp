// A HAProxy configuration in several files, and one of them by itself: what goes on from file to file, and what is not
// said of a part. HAProxy judges each, too.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "lint/haproxy_config.hpp"
#include "tests/lint/rig.hpp"
#include "tests/support/child_process.hpp"

namespace firedrill::tests {
namespace {

using testing::HasSubstr;
using Parts = std::map<std::string, std::string>;

const Parts whole{{"d/00-global.cfg",
                   "global\n  maxconn 1000\n  stats socket /run/haproxy.sock\n  setenv NAME www\ndefaults base\n"
                   "  mode http\n  timeout connect 4s\n  timeout client 20s\n  timeout server 10s\n  timeout queue 2s\n"
                   "  timeout check 2s\n  timeout http-request 5s\n"},
                  {"d/10-front.cfg",
                   "frontend www from base\n  bind 127.0.0.1:18080\n  acl few nbsrv(api) lt 1\n"
                   "  http-request set-header X \"x${NAME}\"\n  http-request track-sc0 src table table\n"
                   "  http-request auth realm x if !{ http_auth(people) }\n  default_backend api\n"},
                  {"d/20-back.cfg",
                   "backend api from base\n  server a1 127.0.0.1:18081 track table/t1 maxconn 100\n"
                   "userlist people\n  user x insecure-password y\n"},
                  {"d/30-table.cfg",
                   "backend table from base\n  stick-table type ip size 10k store gpc0\n"
                   "  server t1 127.0.0.1:18082 check maxconn 100\n"}};

Parts changed(const std::string& file, const std::string& from, const std::string& to) {
  Parts parts = whole;
  std::string& text = parts[file];
  text.replace(text.find(from), from.size(), to);
  return parts;
}

class HaproxyFiles : public testing::Test {
 protected:
  void SetUp() override {
    if (program({"/usr/sbin/haproxy"}).empty())
      GTEST_SKIP() << "!!! NOT TESTED: install the Debian package haproxy (./dev test does that)";
  }
  static std::unique_ptr<Checked> check_directory(const Parts& parts) {
    auto checked = std::make_unique<Checked>(parts);
    lint::Subject subject{lint::Format::haproxy, nullptr, {}, "d", {}};
    for (const auto& [name, text] : parts) {
      std::string why;
      const lint::Source* source = checked->sources.open(name, why);
      subject.source == nullptr ? subject.source = source : (subject.further.push_back(source), source);
    }
    checked->outcome =
        lint::check({subject}, checked->sources, [](const std::string&) { return std::optional<std::string>{}; });
    return checked;
  }
  bool is_refused(const Parts& parts) {
    std::filesystem::remove_all(directory_.path() / "d");
    std::filesystem::create_directory(directory_.path() / "d");
    for (const auto& [name, text] : parts) directory_.write(name, text);
    return run({"/usr/sbin/haproxy", "-c", "-f", directory_.path() / "d"}).code != 0;
  }

 private:
  TemporaryDirectory directory_;
};

TEST_F(HaproxyFiles, AreOneConfiguration) {
  const auto checked = check_directory(whole);

  EXPECT_EQ(checked->ids(), "") << checked->told("FD03");
  EXPECT_EQ(checked->outcome.summaries.at(0).what, "HAProxy, 4 files, 1 frontend, 2 backends, 2 servers");
  EXPECT_FALSE(is_refused(whole));
}

TEST_F(HaproxyFiles, KeepTheirNamesInFindings) {
  const Parts twice = changed("d/30-table.cfg", "backend", "backend api\nbackend");
  const Parts lost = changed("d/30-table.cfg", "from base", "from nobody");
  const Parts open = changed("d/10-front.cfg", "  default_backend", ".if defined(A)\n  default_backend");

  EXPECT_THAT(
      check_directory(twice)->told("FD03"),
      HasSubstr("d/30-table.cfg:1:1: backend \"api\": the name is taken by the one at line 1 of d/20-back.cfg"));
  EXPECT_EQ(check_directory(lost)->told("FD03"),
            "d/30-table.cfg:1:20: there is no defaults section \"nobody\" above this line");
  EXPECT_THAT(check_directory(open)->told("FD01"), HasSubstr("d/10-front.cfg:7:1: "));
  for (const Parts& parts : {twice, lost, open}) EXPECT_TRUE(is_refused(parts));
}

TEST_F(HaproxyFiles, DoNotGoOnWithTheSectionOfTheFileBefore) {
  const Parts headless = changed("d/30-table.cfg", "backend table from base\n", "");

  EXPECT_THAT(check_directory(headless)->told("FD02"), HasSubstr("d/30-table.cfg:1:3: \"stick-table\" stands in no"));
  EXPECT_TRUE(is_refused(headless));
}

// Whatever another file may have is not missing; what is wrong by itself still is.
TEST_F(HaproxyFiles, ByThemselvesAreParts) {
  for (const auto& [name, text] : whole) {
    const auto checked = check_text(name, text);
    const std::string known = name == "d/10-front.cfg" ? "FD06 FD08" : "FD08";  // a variable of another file
    EXPECT_EQ(checked->ids(), known) << checked->told("FD03");
  }
  EXPECT_THAT(check_text("a.cfg", whole.at("d/00-global.cfg"))->told("FD08"),
              HasSubstr("a.cfg:1:1: there is no frontend and no listen: HAProxy serves nobody with this alone"));
  EXPECT_THAT(check_text("a.cfg", "backend api\n  sever a1 127.0.0.1:1\n")->ids(), "FD02 FD08");
}

TEST_F(HaproxyFiles, WithAFrontendAndABackendAreWhole) {
  const auto checked = check_text("a.cfg", "frontend www\n  bind :80\n  default_backend web\nbackend api\n");

  EXPECT_FALSE(checked->has("FD08"));
  EXPECT_THAT(checked->told("FD03"), HasSubstr("there is no backend of that name"));
}

}  // namespace
}  // namespace firedrill::tests
