// A ring of lines.
#include "control/events.hpp"

#include <chrono>

#include <fmt/format.h>

#include "control/views.hpp"
#include "drills/journal.hpp"

namespace firedrill::control {

using std::chrono::system_clock;

Events::Events()
    : before_first_{
          static_cast<std::uint64_t>(
              std::chrono::duration_cast<std::chrono::seconds>(system_clock::now().time_since_epoch()).count()) *
          1'000'000} {}

Events::~Events() = default;

void Events::keep(const std::filesystem::path& directory) {
  auto journal = std::make_unique<drills::Journal>(directory);
  journal->start(std::chrono::steady_clock::now());
  const std::lock_guard lock{mutex_};
  journal_ = std::move(journal);
}

void Events::add(std::string_view type, Json data, bool kept) {
  const std::lock_guard lock{mutex_};
  if (kept && journal_) journal_->write(type, data);
  data["utc"] = show_utc(system_clock::now());
  events_.push_back({++newest_, fmt::format("id: {}\nevent: {}\ndata: {}", newest_, type, text_of(data))});
  if (events_.size() > most) events_.pop_front();
}

std::string Events::since(std::uint64_t& last) const {
  const std::lock_guard lock{mutex_};
  std::string text;
  const std::uint64_t first = newest_ - events_.size() + 1;  // kept
  if (last < before_first_ || last > newest_) {
    text += "event: lost\ndata: {\"events\":null}\n\n";  // another daemon's number
    last = before_first_;
  } else if (last + 1 < first) {
    text += fmt::format("event: lost\ndata: {{\"events\":{}}}\n\n", first - last - 1);
  }
  for (const Event& event : events_)
    if (event.id > last) text += event.text + "\n";
  last = newest_;
  return text;
}

Json Events::journal() const {
  const std::lock_guard lock{mutex_};
  if (!journal_) return nullptr;
  const auto failure = journal_->failure();
  return {{"written", !journal_->is_behind()},
          {"lost_lines", journal_->lost()},
          {"failure", failure ? Json(*failure) : Json(nullptr)}};
}

std::uint64_t Events::newest() const {
  const std::lock_guard lock{mutex_};
  return newest_;
}

}  // namespace firedrill::control
