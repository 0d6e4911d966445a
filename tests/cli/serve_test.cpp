// firedrill serve as its users meet it: what it says, what it answers, how it ends.
#include <csignal>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/cli/program.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/peer.hpp"

namespace firedrill::tests {
namespace {

using nlohmann::ordered_json;
using testing::HasSubstr;
using testing::IsEmpty;

class Serve : public testing::Test {
 protected:
  /// Starts it on a free port and waits until it listens.
  void start(std::vector<std::string> arguments = {}, std::vector<std::string> environment = {}) {
    arguments.insert(arguments.begin(), {"serve", "--control", "127.0.0.1:0", "--drain", "0s"});
    program_ = std::make_unique<Program>(desk_, arguments, environment);
    ASSERT_TRUE(program_->said("/v1/status\n"));
    ASSERT_TRUE(program_->said("seed "));
  }
  Finished stop(int signal = SIGTERM) {
    program_->signal(signal);
    return program_->finish();
  }
  static std::uint16_t port_in(const std::string& text, const std::string& before) {
    const std::size_t at = text.find(before);
    return at == std::string::npos ? std::uint16_t{0}
                                   : static_cast<std::uint16_t>(std::stoi(text.substr(at + before.size())));
  }
  static std::string proxies(const std::string& name, const Backend& backend) {
    return "[[proxy]]\nname = \"" + name + "\"\nlisten = \"127.0.0.1:0\"\nupstream = \"" + backend.endpoint().text() +
           "\"\n";
  }

  Desk desk_;
  Backend backend_;
  std::unique_ptr<Program> program_;
};

TEST_F(Serve, OpensWhatFilesAskForAndEndsOnASignal) {
  desk_.write("proxies.toml", proxies("api", backend_));
  start({"proxies.toml"});
  ASSERT_TRUE(program_->said("proxy api: 127.0.0.1:"));

  const Finished it = stop();

  EXPECT_EQ(it.exit_code, 0) << it.error;
  EXPECT_THAT(it.error, IsEmpty());
  EXPECT_THAT(it.out, HasSubstr("room for "));
  EXPECT_THAT(it.out, HasSubstr("SIGTERM: everything is healed"));
}

TEST_F(Serve, ReadsItsFilesAnewOnAHangup) {
  desk_.write("proxies.toml", proxies("api", backend_));
  start({"proxies.toml"});
  desk_.write("proxies.toml", proxies("api", backend_) + proxies("db", backend_));
  program_->signal(SIGHUP);
  ASSERT_TRUE(program_->said("reloaded\n"));
  ASSERT_TRUE(program_->said("proxy db: "));

  desk_.write("proxies.toml", "[[proxy]]\nname = \"db\"\n");
  program_->signal(SIGHUP);
  const Finished it = stop(SIGINT);  // both signals wait in the kernel, SIGHUP comes first

  EXPECT_EQ(it.exit_code, 0);
  EXPECT_THAT(it.error, HasSubstr("proxies.toml:1:1: proxy \"db\": listen is missing"));
  EXPECT_THAT(it.error, HasSubstr("nothing was changed"));
}

TEST_F(Serve, RefusesBadFilesBeforeItStarts) {
  desk_.write("bad.toml", "[[proxy]]\nname = \"api\"\nlisten = \"127.0.0.1:0\"\nupstrem = \"127.0.0.1:9\"\n");

  const Finished it = firedrill(desk_, {"serve", "bad.toml", "--control", "127.0.0.1:0"});

  EXPECT_EQ(it.exit_code, 2);
  EXPECT_THAT(it.error, HasSubstr("bad.toml:4:1: proxy \"api\": unknown key \"upstrem\"; did you mean \"upstream\"?"));
  EXPECT_THAT(it.error, HasSubstr("nothing was started"));
}

TEST_F(Serve, ABusyPortEndsIt) {
  const Finished it = firedrill(desk_, {"serve", "--control", backend_.endpoint().text()});

  EXPECT_EQ(it.exit_code, 4);
  EXPECT_THAT(it.error, HasSubstr("control port " + backend_.endpoint().text() + ": Address already in use"));
}

TEST_F(Serve, ListensOnLoopbackUnlessThereAreTokens) {
  const Finished it = firedrill(desk_, {"serve", "--control", "0.0.0.0:0"});
  EXPECT_EQ(it.exit_code, 2);
  EXPECT_THAT(it.error, HasSubstr("give --control-token-file FILE"));
}

TEST_F(Serve, ListensWhereAnAddressSays) {
  for (const char* const address : {"example.org:80", "8474", ":8474", "unix:/tmp/x"}) {
    const Finished it = firedrill(desk_, {"serve", "--control", address});
    EXPECT_EQ(it.exit_code, 2) << address;
    EXPECT_THAT(it.error, HasSubstr("must be an address and a port")) << address;
  }
}

TEST_F(Serve, TellsSystemdWhenItIsReady) {
  const int told = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = desk_ / "notify";
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(told, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);

  start({}, {"NOTIFY_SOCKET=" + path});
  char said[64] = {};
  EXPECT_EQ(::recv(told, said, sizeof said - 1, 0), 7);
  EXPECT_STREQ(said, "READY=1");
  stop();
  ::close(told);
}

}  // namespace
}  // namespace firedrill::tests
