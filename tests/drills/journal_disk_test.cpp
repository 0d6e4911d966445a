// The journal on full, slow and broken disks.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <thread>

#include "drills/journal.hpp"
#include "tests/drills/sample_journal.hpp"

namespace firedrill::drills {
namespace {

using namespace std::chrono_literals;
using nlohmann::ordered_json;
using testing::HasSubstr;

std::uint64_t told_lost(const std::vector<ordered_json>& lines) {
  std::uint64_t lost = 0;
  for (const auto& line : lines)
    if (line.value("event", "") == "dropped") lost = line["lines"].get<std::uint64_t>();
  return lost;
}

// Files may not grow beyond `bytes` while this lives.
class SizeLimit {
 public:
  explicit SizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  SizeLimit(const SizeLimit&) = delete;
  SizeLimit& operator=(const SizeLimit&) = delete;

 private:
  rlimit before_{};
};

template <class Done>
bool soon(Done done) {
  for (int i = 0; i < 2000; ++i) {
    if (done()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return false;
}

TEST(JournalDisk, OutlivesAFullDisk) {
  Scratch scratch;
  std::filesystem::create_symlink("/dev/full", scratch.path() / journal_name);
  Journal journal{scratch.path()};

  for (int i = 0; i < 100; ++i) journal.write("note", {{"i", i}});
  const auto failure = journal.close();

  ASSERT_TRUE(failure);
  EXPECT_THAT(*failure, HasSubstr("No space left on device"));
  EXPECT_THAT(*failure, HasSubstr("lines of the journal are lost"));
  EXPECT_GE(journal.lost(), 100u);
}

TEST(JournalDisk, CutsAHalfLineOffAndGoesOnWhenThereIsRoomAgain) {
  Scratch scratch;
  Journal journal{scratch.path()};
  std::uint64_t lost = 0;
  {
    SizeLimit limit{1000};
    for (int i = 0; i < 50; ++i) journal.write("note", {{"i", i}});
    ASSERT_TRUE(soon([&] { return (lost = journal.lost()) > 0 && journal.failure(); }));
    std::this_thread::sleep_for(50ms);
  }
  lost = journal.lost();

  journal.write("note", {{"text", "room again"}});
  EXPECT_THAT(journal.close().value_or(""), HasSubstr("File too large"));

  const auto lines = lines_of(read_whole(journal.path()));
  ASSERT_GT(lines.size(), 3u);
  for (const auto& line : lines) EXPECT_TRUE(line.is_object());
  EXPECT_EQ(lines.at(lines.size() - 2)["text"], "room again");
  EXPECT_EQ(told_lost(lines), lost);
  EXPECT_EQ(lines.back()["seq"].get<std::uint64_t>() + 1, lines.size() + lost);
}

TEST(JournalDisk, CompletesAHalfLineThatCannotBeCutOff) {
  const int file = ::memfd_create("journal", MFD_ALLOW_SEALING);
  ASSERT_GE(file, 0);
  ASSERT_EQ(::fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK), 0);
  const std::string path = "/proc/self/fd/" + std::to_string(file);
  const std::string first(600, 'a'), second(600, 'b');
  {
    LineFile lines{path};
    {
      SizeLimit limit{1000};
      sigset_t fsize, before;
      sigemptyset(&fsize);
      sigaddset(&fsize, SIGXFSZ);
      pthread_sigmask(SIG_BLOCK, &fsize, &before);

      EXPECT_EQ(lines.append(first + "\n" + second + "\nlost\n"), 1u);
      EXPECT_EQ(lines.append("lost\n"), 1u);

      const timespec now{};
      sigtimedwait(&fsize, nullptr, &now);
      pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }
    EXPECT_EQ(lines.append("kept\n"), 0u);
    EXPECT_TRUE(lines.failure());
  }
  EXPECT_EQ(read_whole(path), first + "\n" + second + "\nkept\n");
  ::close(file);
}

TEST(JournalDisk, NeverWaitsForASlowDiskAndCountsWhatItDropped) {
  Scratch scratch;
  const auto pipe = scratch.path() / journal_name;
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  Journal journal{scratch.path(), 256 << 10};
  ::fcntl(reader, F_SETFL, 0);
  const std::string text(1000, 'x');

  // 2 MB into a pipe of 64 KiB that nobody reads.
  for (int i = 0; i < 2000; ++i) journal.write("note", {{"text", text}});
  const auto lost = journal.lost();
  EXPECT_GT(lost, 1500u);
  EXPECT_LT(lost, 2000u);

  std::string seen;
  std::thread drain{[&] {
    std::array<char, 4096> some{};
    for (ssize_t n = 0; (n = ::read(reader, some.data(), some.size())) > 0;)
      seen.append(some.data(), static_cast<std::size_t>(n));
  }};
  EXPECT_THAT(journal.close().value_or(""), HasSubstr("slower"));
  drain.join();
  ::close(reader);

  const auto lines = lines_of(seen);
  std::uint64_t notes = 0;
  for (const auto& line : lines) notes += line.at("event") == "note" ? 1 : 0;
  EXPECT_EQ(told_lost(lines), lost);
  EXPECT_EQ(notes + lost, 2000u);
}

}  // namespace
}  // namespace firedrill::drills
