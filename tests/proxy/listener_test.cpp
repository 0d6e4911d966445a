// Where proxies listen and dial, what they do without descriptors, and how they close.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <spdlog/spdlog.h>

#include "tests/support/loopback.hpp"
#include "tests/support/temporary_directory.hpp"

namespace firedrill {
namespace {

using namespace std::chrono_literals;
using proxy::End;
using proxy::Endpoint;
using testing::HasSubstr;
using tests::Backend;
using tests::eventually;
using tests::local;
using tests::Loopback;
using tests::Peer;

using Listening = Loopback;
using Closing = Loopback;
using Descriptors = Loopback;

class UnixSockets : public Loopback {
 protected:
  tests::TemporaryDirectory directory;
};

void expect_it_carries(Peer& client, Peer& server) {
  client.send("request").finish_sending();
  server.expect("request").expect_end().send("answer").finish_sending();
  client.expect("answer").expect_end();
}

TEST_F(Listening, PortZeroBecomesARealPort) {
  link();

  EXPECT_NE(engine.port(name), 0);
  expect_it_carries(client, server);
}

TEST_F(Listening, AGivenPortIsTaken) {
  auto described = spec();
  described.listen = local(tests::free_port());
  open(described);

  EXPECT_EQ(engine.port(name), described.listen.port);
  link();
  expect_it_carries(client, server);
}

TEST_F(Listening, WorksOverIPv6) {
  Backend backend6{{"::1", 0, {}}};
  auto described = spec();
  described.listen = {"::1", 0, {}};
  described.upstream = backend6.endpoint();
  open(described);

  client = connect();
  server = backend6.accept();

  expect_it_carries(client, server);
}

TEST_F(Listening, OnEveryInterfaceServesBothFamilies) {
  auto described = spec();
  described.listen = {"", 0, {}};
  open(described);
  for (const char* host : {"127.0.0.1", "::1"}) {
    client = Peer::connect({host, engine.port(name), {}});
    server = backend.accept();
    expect_it_carries(client, server);
  }
}

TEST_F(Listening, APortInUseIsAClearErrorAndLeavesNothingBehind) {
  Backend other;
  auto described = spec();
  described.listen = other.endpoint();

  try {
    engine.open(described);
    FAIL() << "two listen on one port";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::address_in_use);
    EXPECT_THAT(error.what(), HasSubstr("under-test"));
    EXPECT_THAT(error.what(), HasSubstr(other.endpoint().text()));
  }

  EXPECT_THROW(engine.port(name), std::invalid_argument);
  open();  // the name is free
  link();
}

TEST_F(Listening, AnAddressOfAnotherHostIsAClearError) {
  auto described = spec();
  described.listen = {"192.0.2.1", 0, {}};

  EXPECT_THROW(engine.open(described), std::system_error);
}

TEST_F(Listening, ANameToListenOnIsAClearError) {
  auto described = spec();
  described.listen = {"localhost", 0, {}};

  try {
    engine.open(described);
    FAIL() << "names are not resolved for listening";
  } catch (const std::system_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("give an address, not a name"));
  }
}

TEST_F(Listening, TwoProxiesOfOneNameAreAnError) {
  open();

  EXPECT_THROW(engine.open(spec()), std::invalid_argument);
}

TEST_F(Listening, AProxyThatWasClosedRefuses) {
  open();
  close();

  Peer peer;
  EXPECT_EQ(Peer::try_connect(front(), peer), ECONNREFUSED);

  auto again = spec();
  again.listen = front();
  open(again);
  link();
}

TEST_F(UnixSockets, AProxyListensOnOneAndRemovesItWhenItCloses) {
  auto described = spec();
  described.listen = {{}, 0, directory / "front"};
  open(described);

  link();
  expect_it_carries(client, server);

  EXPECT_EQ(engine.port(name), 0);
  ASSERT_TRUE(eventually([this] { return counters().open == 0; }));
  close();
  EXPECT_FALSE(std::filesystem::exists(directory / "front"));
  open(described);
}

TEST_F(UnixSockets, AProxyDialsOne) {
  Backend behind{{{}, 0, directory / "behind"}};
  auto described = spec();
  described.upstream = behind.endpoint();
  open(described);

  client = connect();
  server = behind.accept();

  expect_it_carries(client, server);
}

TEST_F(UnixSockets, OneThatADeadProcessLeftIsReplaced) {
  const Endpoint at{{}, 0, directory / "front"};
  {
    const Backend dead{at};
    std::filesystem::rename(at.path, at.path + "-kept");
  }
  std::filesystem::rename(at.path + "-kept", at.path);
  auto described = spec();
  described.listen = at;

  open(described);

  link();
}

TEST_F(UnixSockets, OneThatIsInUseIsLeftAlone) {
  Backend other{{{}, 0, directory / "front"}};
  auto described = spec();
  described.listen = other.endpoint();

  EXPECT_THROW(engine.open(described), std::system_error);

  client = Peer::connect(other.endpoint());
}

TEST_F(UnixSockets, AFileThatIsNoneIsLeftAlone) {
  const std::string file = directory / "precious";
  std::ofstream{file} << "words";
  const std::string link = directory / "link";
  std::filesystem::create_symlink(file, link);

  for (const std::string& path : {file, link}) {
    auto described = spec();
    described.listen = {{}, 0, path};
    EXPECT_THROW(engine.open(described), std::system_error) << path;
  }

  EXPECT_EQ(std::filesystem::file_size(file), 5U);
  EXPECT_TRUE(std::filesystem::is_symlink(link));
}

TEST_F(UnixSockets, OneThatDoesNotExistRefuses) {
  auto described = spec();
  described.upstream = {{}, 0, directory / "nobody"};
  open(described);

  client = connect();

  EXPECT_EQ(client.how_it_ends(), Peer::Left::end);
  EXPECT_TRUE(eventually_ended(End::connect_refused));
}

TEST_F(UnixSockets, AFullBacklogRefuses) {
  Backend behind{{{}, 0, directory / "behind"}, 0};
  Peer fills = Peer::connect(behind.endpoint());
  auto described = spec();
  described.upstream = behind.endpoint();
  open(described);

  client = connect();

  EXPECT_EQ(client.how_it_ends(), Peer::Left::end);
  EXPECT_TRUE(eventually_ended(End::connect_refused));
}

TEST_F(UnixSockets, AResetIsSeenAsAnEnd) {
  auto described = spec();
  described.listen = {{}, 0, directory / "front"};
  open(described);
  link();

  server.reset();

  EXPECT_NE(client.how_it_ends(), Peer::Left::not_yet);
}

/// Leaves `spare` descriptors to this process until it is destroyed.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t spare) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    // Fill the gaps, so that the limit alone decides.
    const int highest = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    int top = highest;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"})
      top = std::max(top, std::stoi(entry.path().filename()));
    fillers_.push_back(highest);
    while (fillers_.back() < top) fillers_.push_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    rlimit now = before_;
    now.rlim_cur = static_cast<rlim_t>(fillers_.back()) + 1 + spare;
    ::setrlimit(RLIMIT_NOFILE, &now);
  }
  ~FewDescriptors() {
    ::setrlimit(RLIMIT_NOFILE, &before_);
    for (const int fd : fillers_) ::close(fd);
  }

 private:
  rlimit before_{};
  std::vector<int> fillers_;
};

TEST_F(Descriptors, WantOfThemIsSurvived) {
  open();
  constexpr std::size_t callers = 40;
  std::vector<int> sockets;
  for (std::size_t i = 0; i < callers; ++i) sockets.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = front().numeric().value();
  // The proxy is about to log that it has no descriptors: the undefined behaviour sanitizer looks at a type once, and
  // needs some for it.
  spdlog::debug("looked at");
  {
    const FewDescriptors few{9};
    for (const int fd : sockets)
      ASSERT_EQ(::connect(fd, address.data(), static_cast<socklen_t>(address.size())), 0) << std::strerror(errno);
    EXPECT_TRUE(eventually([this] { return counters().accept_pauses > 0; }));
    EXPECT_LE(counters().open, 9U);
  }

  // Everyone is served or told off in the end, and the proxy works as before.
  EXPECT_TRUE(eventually([this] { return counters().accepted == callers; }));
  for (const int fd : sockets) ::close(fd);
  while (eventually([this] { return backend.has_caller(); }, 200ms)) backend.accept();
  EXPECT_TRUE(eventually([this] { return counters().open == 0; }));
  link();
  expect_it_carries(client, server);
}

TEST_F(Descriptors, WantOfThemIsNotTheUpstreamsFault) {
  open();
  const int caller = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = front().numeric().value();
  spdlog::debug("looked at");
  {
    const FewDescriptors few{1};  // enough to accept, not to dial
    ASSERT_EQ(::connect(caller, address.data(), static_cast<socklen_t>(address.size())), 0) << std::strerror(errno);

    EXPECT_TRUE(eventually_ended(End::no_descriptors));
  }

  EXPECT_EQ(counters().connect_errors(), 0U);
  ::close(caller);
}

TEST_F(Descriptors, TheRoomForLinksIsHalfTheLimit) {
  const std::size_t room = proxy::Engine::room();

  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_EQ(limit.rlim_cur, limit.rlim_max);
  EXPECT_LT(2 * room, limit.rlim_cur);
  EXPECT_GT(room, 0U);
}

TEST_F(Closing, LinksThatFinishInTimeAreLeftAlone) {
  link();
  std::thread rest{[this] {
    EXPECT_TRUE(eventually([this] {
      Peer late;
      const bool refused = Peer::try_connect(front(), late) != 0;
      if (!refused) late.reset();  // one that came just in time: its link goes at once
      return refused;
    }));
    expect_it_carries(client, server);
  }};

  close(tests::deadline);  // returns when the link is over, not when the grace is

  rest.join();
}

TEST_F(Closing, LinksThatDoNotAreEnded) {
  link();

  close(10ms);

  EXPECT_NE(client.how_it_ends(), Peer::Left::not_yet);
  EXPECT_NE(server.how_it_ends(), Peer::Left::not_yet);
}

TEST_F(Closing, HealsFirst) {
  put("held", "stall");
  link();
  server.send("held").finish_sending();
  client.finish_sending();
  ASSERT_TRUE(eventually([this] { return counters().bytes_in[1] == 4; }));

  close(tests::deadline);

  client.expect("held").expect_end();
}

TEST_F(Closing, EndsWhatWaitsDialsAndFlows) {
  Backend busy{0};
  Peer fills = Peer::connect(busy.endpoint());
  auto stuck = spec();
  stuck.upstream = busy.endpoint();
  open(stuck);
  put("pool", "pool", "max_connections=3");
  std::vector<Peer> clients;
  for (int i = 0; i < 6; ++i) clients.push_back(connect());
  ASSERT_TRUE(eventually([this] { return counters().open == 6; }));

  close(0ms);

  for (Peer& one : clients) EXPECT_NE(one.how_it_ends(), Peer::Left::not_yet);
}

TEST_F(Closing, AnEngineThatGoesEndsEverything) {
  {
    proxy::Engine brief{{.workers = 2}};
    brief.open(spec());
    client = Peer::connect(local(brief.port(name)));
    server = backend.accept();
  }

  EXPECT_NE(client.how_it_ends(), Peer::Left::not_yet);
  EXPECT_NE(server.how_it_ends(), Peer::Left::not_yet);
}

TEST_F(Closing, OneProxyLeavesTheOthersAlone) {
  auto other = spec();
  other.name = "other";
  engine.open(other);
  link();

  engine.close("other", {});

  expect_it_carries(client, server);
}

}  // namespace
}  // namespace firedrill
