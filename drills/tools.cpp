// Threads that start programs, and read them.
#include "drills/tools.hpp"

#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "drills/child.hpp"
#include "drills/program.hpp"
#include "drills/question.hpp"
#include "drills/silent_thread.hpp"
#include "faults/units.hpp"
#include "proxy/descriptor.hpp"

namespace firedrill::drills {
namespace {

constexpr std::size_t most_said = 64 * 1024 * 1024;

std::string replaced(std::string word, std::string_view mark, const std::string& by) {
  for (std::size_t at = word.find(mark); at != std::string::npos; at = word.find(mark, at + by.size()))
    word.replace(at, mark.size(), by);
  return word;
}

/// Gone with all that is in it when this is.
struct Desk {
  Desk() {
    std::string name = (std::filesystem::temp_directory_path() / "firedrill-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::system_error{errno, std::generic_category(), name};
    path = name;
  }
  ~Desk() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;
  std::filesystem::path path;
};

// What is wrong stands before the usage that follows it; elsewhere the last words say most.
std::string ending(const std::string& what, const std::string& said) {
  std::string telling = said;
  for (std::size_t at = 0; at < said.size(); at = std::min(said.find('\n', at), said.size() - 1) + 1) {
    if (said.compare(at, 5, "Usage") != 0 && said.compare(at, 5, "usage") != 0) continue;
    const std::size_t first = std::min(said.find_first_not_of(" \t\r\n"), at);
    telling = said.substr(first, said.find('\n', first) - first);
    break;
  }
  const std::string last = printable_end(telling);
  return last.empty() ? what : what + ": " + last;
}

/// The file that it was told to write, or what it said.
ToolReading result_of(const ToolSpec& spec, const Ran& ran, const std::filesystem::path& out, bool to_file,
                      Duration timeout) {
  if (ran.end == Ran::End::not_started) return ran.problem;
  if (ran.end == Ran::End::rung) return "it was killed, as the run was over";
  if (ran.end == Ran::End::late) return ending("not done within " + faults::show(timeout), ran.said);
  if (WIFSIGNALED(ran.status)) return ending(fmt::format("killed by signal {}", WTERMSIG(ran.status)), ran.said);
  // k6 ends with 99 when one of its own thresholds was missed: there are figures all the same.
  const int code = WEXITSTATUS(ran.status);
  if (code != 0 && !(spec.format == ToolSpec::Format::k6 && code == 99))
    return ending(fmt::format("exit code {}", code), ran.said);
  if (!to_file) return ran.cut ? ToolReading{"more output than 64MiB"} : read_tool_output(spec.format, ran.said);
  std::ifstream file{out, std::ios::binary};
  if (!file) return ending("it wrote nothing to {out}", ran.said);
  if (std::filesystem::file_size(out) > most_said) return "more output than 64MiB";
  std::stringstream text;
  text << file.rdbuf();
  return read_tool_output(spec.format, text.str());
}

}  // namespace

void ToolMeter::over(ToolReading reading) {
  const std::lock_guard lock{mutex_};
  reading_ = std::move(reading);
}

std::optional<ToolReading> ToolMeter::reading() const {
  const std::lock_guard lock{mutex_};
  return reading_;
}

std::optional<Figure> ToolMeter::figure(std::string_view name) const {
  const auto known = reading();
  const auto* figures = known ? std::get_if<ToolFigures>(&*known) : nullptr;
  return figures != nullptr ? figures->figure(name) : Figure{};
}

class Tools::Shared {
 public:
  Shared() : bell{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
    if (bell.get() < 0) throw std::system_error{errno, std::generic_category(), "tools: eventfd"};
  }
  void ring() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(bell.get(), &one, sizeof one);
  }

  const proxy::Descriptor bell;
  std::mutex mutex;
  std::condition_variable changed;
  bool stopped = false;
  std::size_t running = 0;
};

struct Tools::Tool {
  LoadSpec spec;
  std::string url;
  ToolMeter& meter;
  std::thread thread{};

  void run(Shared& shared, Time start) {
    {
      std::unique_lock lock{shared.mutex};
      if (shared.changed.wait_until(lock, start + spec.tool->at, [&] { return shared.stopped; }))
        return end(shared, "the run was over before it began");
    }
    ToolReading reading = read(shared);
    const std::lock_guard lock{shared.mutex};
    end(shared, std::move(reading));
  }

  ToolReading read(const Shared& shared) const {
    try {
      const Desk desk;
      const std::filesystem::path out = desk.path / "out";
      std::vector<std::string> words;
      bool to_file = false;
      for (const std::string& word : spec.tool->argv) {
        to_file = to_file || word.find("{out}") != std::string::npos;
        words.push_back(replaced(replaced(word, "{url}", url), "{out}", out.string()));
      }
      const Ran ran = run_child(words, {"FIREDRILL_URL=" + url}, spec.timeout, shared.bell.get(), most_said);
      return result_of(*spec.tool, ran, out, to_file, spec.timeout);
    } catch (const std::exception& error) {
      return std::string{error.what()};
    }
  }

  // Under the lock.
  void end(Shared& shared, ToolReading reading) {
    meter.over(std::move(reading));
    --shared.running;
    shared.changed.notify_all();
  }
};

Tools::Tools() : shared_{std::make_unique<Shared>()} {}

Tools::~Tools() {
  stop();
  shared_->ring();
  for (const auto& tool : tools_)
    if (tool->thread.joinable()) tool->thread.join();
}

void Tools::add(const LoadSpec& spec, const std::string& url, ToolMeter& meter) {
  const std::string& name = spec.tool->argv.front();
  if (const Program program = find_program(name); !program.obstacle.empty())
    throw std::runtime_error{fmt::format("load \"{}\": cannot run \"{}\": {}", spec.name, name, program.obstacle)};
  tools_.push_back(std::make_unique<Tool>(Tool{spec, url, meter}));
}

void Tools::start(Time at) {
  shared_->running = tools_.size();
  for (const auto& tool : tools_)
    tool->thread = silent_thread("firedrill-tool", [this, &one = *tool, at] { one.run(*shared_, at); });
}

void Tools::stop() {
  const std::lock_guard lock{shared_->mutex};
  shared_->stopped = true;
  shared_->changed.notify_all();
}

std::size_t Tools::wait(Time deadline) {
  std::unique_lock lock{shared_->mutex};
  shared_->changed.wait_until(lock, deadline, [this] { return shared_->running == 0; });
  return shared_->running;
}

}  // namespace firedrill::drills
