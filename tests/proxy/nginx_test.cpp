// nginx behind the proxy: curl fetches a file, with faults and without.
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include <gmock/gmock.h>

#include "real_peers.hpp"
#include "tests/support/pattern.hpp"

namespace firedrill {
namespace {

using proxy::End;
using tests::ChildProcess;
using tests::Command;
using tests::Exited;
using tests::program;

std::string file_text(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream{path, std::ios::binary}.rdbuf();
  return text.str();
}

class Nginx : public tests::RealPeer {
 protected:
  void SetUp() override {
    const std::string nginx = program({"nginx"});
    NEED(nginx.empty() ? "nginx" : "");
    curl_ = program({"curl"});
    NEED(curl_.empty() ? "curl" : "");
    const std::uint16_t port = tests::free_port();
    const std::string at = directory.path();
    const std::string config = directory.write(
        "nginx.conf", "daemon off; master_process off; pid " + at +
                          "/pid; error_log stderr; events {} http { access_log off; "
                          "client_body_temp_path " +
                          at + "; proxy_temp_path " + at + "; fastcgi_temp_path " + at + "; uwsgi_temp_path " + at +
                          "; scgi_temp_path " + at + "; server { listen 127.0.0.1:" + std::to_string(port) + "; root " +
                          at + "/www; } }");
    std::filesystem::create_directory(directory / "www");
    content_ = tests::pattern(1, 0, 20'000'000 / tests::haste);
    directory.write("www/file", content_);
    server_ = std::make_unique<ChildProcess>(Command{nginx, "-c", config, "-p", at});
    ASSERT_TRUE(server_->wait_for_port(port)) << server_->output();
    front_for(tests::local(port));
  }
  Exited fetch() const {
    return tests::run({curl_, "-sS", "--noproxy", "*", "--max-time", "50", "-o", directory / "fetched",
                       "http://127.0.0.1:" + std::to_string(front().port) + "/file"});
  }
  bool fetched_whole() const { return file_text(directory / "fetched") == content_; }

  tests::TemporaryDirectory directory;
  std::string curl_, content_;
  std::unique_ptr<ChildProcess> server_;
};

TEST_F(Nginx, CurlGetsTheWholeFile) {
  const Exited done = fetch();

  EXPECT_EQ(done.code, 0) << done.output;
  EXPECT_TRUE(fetched_whole());
}

TEST_F(Nginx, CurlGetsTheWholeFileInLatePieces) {
  put("slow", "latency", "delay=20ms jitter=20ms direction=both");
  put("pieces", "slice", "size=3000B variation=2999B");

  const Exited done = fetch();

  EXPECT_EQ(done.code, 0) << done.output;
  EXPECT_TRUE(fetched_whole());
}

TEST_F(Nginx, CurlIsToldThatTheConnectionWasReset) {
  put("shut", "refuse");

  const Exited done = fetch();

  EXPECT_THAT(done.code, testing::AnyOf(7, 55, 56)) << done.output;  // connecting, sending or receiving failed
  EXPECT_TRUE(eventually_ended(End::refused));
}

TEST_F(Nginx, CurlIsToldOfAnEmptyReply) {
  put("shut", "refuse", "how=close");

  EXPECT_EQ(fetch().code, 52);
}

TEST_F(Nginx, CurlNoticesThatTheFileIsCutShort) {
  put("cut", "reset", "bytes=100KB");

  EXPECT_EQ(fetch().code, 56);
  EXPECT_TRUE(eventually_ended(End::fault_reset));
}

}  // namespace
}  // namespace firedrill
