// Probes: what they ask, what they make of the answer, and that nothing is left of them.
#include "drills/probe.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "net_rig.hpp"

namespace firedrill::drills {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr int no_bell = -1;
constexpr Duration patient = 30s;

std::string page_url(std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port) + "/"; }

Question shell(std::string script, int exit_code = 0) {
  return CommandProbe{{"sh", "-c", std::move(script)}, exit_code};
}

Answer asked(const Question& question, Duration timeout = patient) {
  const auto answer = ask(question, timeout, no_bell);
  EXPECT_TRUE(answer);
  return answer.value_or(Answer{});
}

/// A directory that is gone after the test.
class ProbeScratch {
 public:
  ProbeScratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "firedrill-probe-XXXXXX").string();
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  ~ProbeScratch() { std::filesystem::remove_all(directory_); }
  ProbeScratch(const ProbeScratch&) = delete;
  ProbeScratch& operator=(const ProbeScratch&) = delete;
  std::string file(const std::string& name) const { return (directory_ / name).string(); }

 private:
  std::filesystem::path directory_;
};

TEST(HttpQuestion, ComparesTheStatus) {
  Serving backend{backend_spec()};

  EXPECT_TRUE(asked(HttpQuestion{page_url(backend.port()), 200}).good);
  EXPECT_FALSE(asked(HttpQuestion{page_url(backend.port()), 204}).good);
  EXPECT_EQ(asked(HttpQuestion{page_url(backend.port()), 204}).said, "status 200, not 204");
}

TEST(HttpQuestion, SaysWhyThereIsNoAnswer) {
  Listener silent;

  EXPECT_EQ(asked(HttpQuestion{page_url(closed_port()), 200}).said, "Connection refused");
  EXPECT_EQ(asked(HttpQuestion{page_url(silent.port()), 200}, 50ms).said, "no answer within 50ms");
}

TEST(TcpQuestion, IsContentWithAConnection) {
  Listener silent;

  EXPECT_TRUE(asked(TcpQuestion{"127.0.0.1:" + std::to_string(silent.port())}).good);
  EXPECT_TRUE(asked(TcpQuestion{"localhost:" + std::to_string(silent.port())}).good);
  EXPECT_EQ(asked(TcpQuestion{"127.0.0.1:" + std::to_string(closed_port())}).said, "Connection refused");
  EXPECT_EQ(asked(TcpQuestion{"nonsense"}).said, "not an address: nonsense");
}

TEST(TcpQuestion, ConnectsToUnixSockets) {
  const ProbeScratch scratch;
  BackendSpec spec = backend_spec();
  spec.listen = {};
  spec.listen.path = scratch.file("app.sock");

  EXPECT_FALSE(asked(TcpQuestion{"unix:" + spec.listen.path}).good);
  Serving backend{spec};
  EXPECT_TRUE(asked(TcpQuestion{"unix:" + spec.listen.path}).good);
}

TEST(CommandQuestion, ComparesTheExitCode) {
  EXPECT_TRUE(asked(shell("exit 0")).good);
  EXPECT_TRUE(asked(shell("exit 3", 3)).good);
  EXPECT_EQ(asked(shell("echo database is away >&2; exit 3")).said, "exit code 3, not 0: database is away");
  EXPECT_EQ(asked(shell("kill -9 $$")).said, "killed by signal 9");
  EXPECT_EQ(asked(CommandProbe{{"/no/such/program"}, 0}).said,
            "cannot run /no/such/program: No such file or directory");
}

TEST(CommandQuestion, SaysTheEndOfALongOutputOnly) {
  const std::string said = asked(shell("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; exit 1")).said;

  EXPECT_THAT(said, StartsWith("exit code 1, not 0: "));
  EXPECT_THAT(said, EndsWith("line 19999"));
  EXPECT_LE(said.size(), 220);
}

TEST(CommandQuestion, KeepsOnlyWhatCanBePrinted) {
  EXPECT_EQ(printable_end("a\x1b[31mb\tc\xc3\xa9\n\n"), "a [31mb c??");
  EXPECT_EQ(printable_end(" \n"), "");
  EXPECT_EQ(printable_end(std::string(500, 'x') + "end\n").size(), 200);
}

TEST(CommandQuestion, HasNoInputNoSignalsAndNoDescriptorsOfOurs) {
  Listener ours;  // and its descriptor, which the command must not hold open

  EXPECT_TRUE(asked(shell("cat")).good);
  EXPECT_TRUE(asked(shell("test $(ls /proc/self/fd | wc -l) -eq 4")).good);  // the three, and the directory itself
  EXPECT_EQ(asked(shell("kill -PIPE $$")).said, "killed by signal 13");
}

bool is_gone(const std::string& pid) {
  std::ifstream stat{"/proc/" + pid + "/stat"};
  std::string line;
  if (!std::getline(stat, line)) return true;
  return line.at(line.rfind(')') + 2) == 'Z';  // dead, and whoever inherited it has not looked yet
}

TEST(CommandQuestion, IsKilledWithItsGroupWhenItTakesTooLong) {
  const ProbeScratch scratch;
  const std::string file = scratch.file("pid");

  const Answer answer = asked(shell("sleep 1000 & echo $! > " + file + "; echo waiting; wait"), 300ms);

  EXPECT_EQ(answer.said, "not done within 300ms: waiting");
  std::string pid;
  std::getline(std::ifstream{file}, pid);
  ASSERT_NE(pid, "");
  EXPECT_TRUE(eventually([&] { return is_gone(pid); }));
}

TEST(CommandQuestion, LeavesNothingBehindThatItStarted) {
  const ProbeScratch scratch;
  const std::string file = scratch.file("pid");

  EXPECT_TRUE(asked(shell("sleep 1000 & echo $! > " + file)).good);

  std::string pid;
  std::getline(std::ifstream{file}, pid);
  ASSERT_NE(pid, "");
  EXPECT_TRUE(eventually([&] { return is_gone(pid); }));
}

struct ProbesTest : ::testing::Test {
  Phases phases{{}, 0};
  ProbeMeter meter{phases};
  Probes probes;
  std::uint64_t samples() const { return meter.of_phase(Phases::always).count; }
  std::uint64_t good() const { return meter.of_phase(Phases::always).good; }
};

TEST_F(ProbesTest, AskAgainAndAgain) {
  Serving backend{backend_spec()};
  std::atomic<int> told{0};
  probes.add({HttpQuestion{page_url(backend.port()), 200}, 5ms, patient, 0}, meter,
             [&](bool was_good, Duration, const std::string& said) { told += was_good && said.empty() ? 1 : 0; });

  probes.start(Clock::now());

  EXPECT_TRUE(eventually([&] { return told >= 5; }));
  probes.stop();
  EXPECT_EQ(samples(), told);
  EXPECT_EQ(good(), samples());
}

TEST_F(ProbesTest, TryAgainBeforeASampleIsBad) {
  const ProbeScratch scratch;
  const std::string file = scratch.file("tries");
  // Each third try is good.
  const Question third = shell("echo x >> " + file + "; exit $(( $(wc -l < " + file + ") % 3 ))");
  probes.add({third, 1ms, patient, 2}, meter);

  probes.start(Clock::now());

  EXPECT_TRUE(eventually([&] { return samples() >= 3; }));
  probes.stop();
  EXPECT_EQ(good(), samples());
}

TEST_F(ProbesTest, TellWhatTheLastBadTrySaid) {
  probes.add({shell("echo no; exit 1"), 1ms, patient, 1}, meter);

  probes.start(Clock::now());

  EXPECT_TRUE(eventually([&] { return samples() >= 1; }));
  probes.stop();
  EXPECT_EQ(good(), 0);
  EXPECT_EQ(meter.of_phase(Phases::always).last_said, "exit code 1, not 0: no");
}

TEST_F(ProbesTest, LeaveOutTurnsThatComeTooSoon) {
  probes.add({shell("sleep 0.1"), 1ms, patient, 0}, meter);
  const auto began = Clock::now();

  probes.start(began);

  EXPECT_TRUE(eventually([&] { return samples() >= 3; }));
  probes.stop();
  EXPECT_LE(samples(), static_cast<std::uint64_t>((Clock::now() - began) / 100ms));
}

TEST_F(ProbesTest, StopInTheMiddleOfAnything) {
  Listener silent;
  probes.add({HttpQuestion{page_url(silent.port()), 200}, 1ms, 1h, 0}, meter);
  probes.add({shell("sleep 3600"), 1ms, 1h, 0}, meter);
  probes.add({shell("exit 1"), 1ms, 1h, std::uint64_t{1} << 60}, meter);
  probes.add({shell("true"), 1h, 1h, 0}, meter);
  probes.start(Clock::now());
  ASSERT_TRUE(eventually([&] { return samples() == 1; }));

  probes.stop();  // or the test never ends

  EXPECT_EQ(samples(), 1);
}

TEST_F(ProbesTest, DoNotStartBeforeTheirTime) {
  probes.add({shell("true"), 1ms, patient, 0}, meter);

  probes.start(Clock::now() + 1h);
  probes.stop();

  EXPECT_EQ(samples(), 0);
}

}  // namespace
}  // namespace firedrill::drills
