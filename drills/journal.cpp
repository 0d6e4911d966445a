// Lines are numbered and stamped under one short lock, so that seq, t and utc agree with each other, and written in
// batches.
#include "drills/journal.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <pthread.h>

#include <cassert>
#include <csignal>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace firedrill::drills {
namespace {

using std::chrono::system_clock;

std::string show_utc(system_clock::time_point moment) {
  const auto second = std::chrono::floor<std::chrono::seconds>(moment);
  const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(moment - second);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(system_clock::to_time_t(second)), rest.count());
}

std::filesystem::path created(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) throw std::runtime_error{fmt::format("cannot create {}: {}", directory.string(), error.message())};
  return directory;
}

// Signals are for the program's own threads; a file size limit then is an ordinary write error.
std::thread without_signals(auto body) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread{std::move(body)};
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace

Journal::Journal(const std::filesystem::path& directory, std::size_t limit)
    : file_{created(directory) / journal_name}, limit_{limit} {
  thread_ = without_signals([this] { run(); });
}

Journal::~Journal() { close(); }

void Journal::start(faults::Time start) {
  const std::lock_guard lock{mutex_};
  start_ = start;
}

void Journal::write(std::string_view event, const nlohmann::ordered_json& fields) {
  assert(fields.is_object() && !fields.contains("t") && !fields.contains("event"));
  const std::string text = fields.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  {
    const std::lock_guard lock{mutex_};
    std::string full = line(event, text);
    if (closing_ || pending_.size() + writing_ + full.size() > limit_) {
      ++lost_;
      behind_ = true;
      return;
    }
    pending_ += full;
  }
  changed_.notify_one();
}

std::optional<std::string> Journal::close() {
  {
    const std::lock_guard lock{mutex_};
    closing_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) {
    thread_.join();
    file_.close();
    const std::lock_guard lock{mutex_};
    failure_ = file_.failure();
  }
  return failure();
}

std::optional<std::string> Journal::failure() const {
  const std::lock_guard lock{mutex_};
  if (lost_ == 0) return failure_;
  return fmt::format("{}; {} line{} of the journal {} lost",
                     failure_.value_or("the disk is slower than what there is to write"), lost_, lost_ == 1 ? "" : "s",
                     lost_ == 1 ? "is" : "are");
}

std::uint64_t Journal::lost() const {
  const std::lock_guard lock{mutex_};
  return lost_;
}

bool Journal::is_behind() const {
  const std::lock_guard lock{mutex_};
  return behind_;
}

// `fields` is a JSON object as text: our five keys are put in front of its own.
std::string Journal::line(std::string_view event, std::string_view fields) {
  const double t = start_ ? faults::seconds(faults::Time::clock::now() - *start_) : 0;
  std::string text = fmt::format(R"({{"v":{},"seq":{},"t":{:.6f},"utc":"{}","event":"{}")", journal_version, seq_++, t,
                                 show_utc(system_clock::now()), event);
  if (fields != "{}") text += ',';
  text += fields.substr(1);
  text += '\n';
  return text;
}

void Journal::run() {
  std::unique_lock lock{mutex_};
  bool last = false;
  while (!last) {
    changed_.wait(lock, [this] { return !pending_.empty() || closing_; });
    last = closing_;
    std::string batch = std::exchange(pending_, {});
    if (lost_ != told_) {
      told_ = lost_;
      batch += line("dropped", fmt::format(R"({{"lines":{}}})", lost_));
    }
    writing_ = batch.size();
    lock.unlock();
    const std::size_t lost = file_.append(batch);
    lock.lock();
    writing_ = 0;
    lost_ += lost;
    behind_ = lost > 0;
    failure_ = file_.failure();
  }
}

std::filesystem::path new_run_directory(const std::filesystem::path& root, std::string_view drill,
                                        system_clock::time_point now) {
  std::string name;
  for (const char c : drill) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
                       c == '-' || (c == '.' && !name.empty());
    name += plain ? c : '-';
  }
  if (name.empty()) name = "drill";
  name += fmt::format("-{:%Y%m%dT%H%M%SZ}", fmt::gmtime(system_clock::to_time_t(now)));
  created(root);
  for (int attempt = 1;; ++attempt) {
    const auto directory = root / (attempt == 1 ? name : fmt::format("{}-{}", name, attempt));
    std::error_code error;
    if (std::filesystem::create_directory(directory, error)) return directory;
    // Without an error it is there already, as a directory; a file of that name is taken just the same.
    if (error && error != std::errc::file_exists && error != std::errc::not_a_directory)
      throw std::runtime_error{fmt::format("cannot create {}: {}", directory.string(), error.message())};
  }
}

}  // namespace firedrill::drills
