// Answers of which nothing is known but what the drill says of them.
#include <algorithm>
#include <optional>
#include <regex>
#include <variant>

#include "drills/reply.hpp"

namespace firedrill::drills {
namespace {

// Without back-tracking: a pattern and an answer from outside may not keep the thread.
std::regex compiled(const std::string& regex) {
  return std::regex{regex, std::regex::ECMAScript | std::regex::nosubs | std::regex_constants::__polynomial};
}

class TalkReply final : public Reply {
 public:
  explicit TalkReply(const TalkSpec& talk) : talk_{talk} {
    if (const auto* pattern = std::get_if<TalkSpec::Pattern>(&talk.until)) until_ = compiled(pattern->regex);
    if (const auto* pattern = std::get_if<TalkSpec::Pattern>(&talk.expect)) expect_ = compiled(pattern->regex);
  }

  void begin() override {
    answer_.clear();
    end_ = 0;
    state_ = State::part;
    ended_ = false;
  }

  bool is_awaited() const override {
    return !std::holds_alternative<TalkSpec::Nothing>(talk_.until) ||
           !std::holds_alternative<TalkSpec::Nothing>(talk_.expect);
  }

  State take(std::string_view bytes) override {
    const std::size_t before = answer_.size();
    answer_ += bytes;
    if (is_whole(before)) {
      state_ = State::whole;
    } else if (answer_.size() > limit()) {
      state_ = State::broken;
    }
    return state_;
  }

  State finish() override {
    ended_ = true;
    if (!std::holds_alternative<TalkSpec::Close>(talk_.until)) return State::part;
    end_ = answer_.size();
    return state_ = State::whole;
  }

  std::string error() const override {
    if (state_ == State::broken) return "too_long";
    return is_expected(std::string_view{answer_}.substr(0, end_)) ? "" : "unexpected";
  }
  bool keeps() const override { return !ended_ && end_ == answer_.size(); }

 private:
  bool is_whole(std::size_t before) {
    if (const auto* bytes = std::get_if<TalkSpec::Bytes>(&talk_.until)) return find(bytes->bytes, before);
    if (const auto* length = std::get_if<TalkSpec::Length>(&talk_.until)) {
      end_ = static_cast<std::size_t>(length->bytes);
      return answer_.size() >= end_;
    }
    if (until_) return match(*until_);
    if (!std::holds_alternative<TalkSpec::Nothing>(talk_.until)) return false;
    if (const auto* bytes = std::get_if<TalkSpec::Bytes>(&talk_.expect)) return find(bytes->bytes, before);
    return expect_ && match(*expect_);
  }

  bool find(const std::string& bytes, std::size_t before) {
    const std::size_t at = answer_.find(bytes, before - std::min(before, bytes.size() - 1));
    if (at == std::string::npos) return false;
    end_ = at + bytes.size();
    return true;
  }

  bool match(const std::regex& pattern) {
    std::smatch found;
    const auto last = answer_.begin() + static_cast<std::ptrdiff_t>(std::min(answer_.size(), longest_matched));
    if (!std::regex_search(answer_.cbegin(), std::string::const_iterator{last}, found, pattern)) return false;
    end_ = static_cast<std::size_t>(found.position(0) + found.length(0));
    return true;
  }

  bool is_expected(std::string_view answer) const {
    if (const auto* bytes = std::get_if<TalkSpec::Bytes>(&talk_.expect))
      return answer.find(bytes->bytes) != std::string_view::npos;
    if (!expect_) return true;
    answer = answer.substr(0, longest_matched);
    return std::regex_search(answer.begin(), answer.end(), *expect_);
  }

  std::size_t limit() const {
    return until_ || (expect_ && talk_.until.index() == 0) ? longest_matched : longest_answer;
  }

  TalkSpec talk_;
  std::optional<std::regex> until_, expect_;
  std::string answer_;
  std::size_t end_ = 0;  // of the answer, once it is whole
  State state_ = State::part;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<Reply> talk_reply(const TalkSpec& talk) { return std::make_unique<TalkReply>(talk); }

std::string why_no_pattern(const std::string& regex) {
  constexpr std::size_t longest = 200;
  if (regex.empty()) return "is empty";
  if (regex.size() > longest) return "is longer than 200 characters";
  if (regex.find('{') != std::string::npos) return "counts in braces, which is not supported; write the part as often";
  try {
    compiled(regex);
    return {};
  } catch (const std::regex_error&) {
    return "is no regular expression (as JavaScript has them, without back-references)";
  }
}

}  // namespace firedrill::drills
