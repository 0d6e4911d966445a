// A kind that is in no catalogue.
#include "tests/fuzz/passage.hpp"

#include <utility>

namespace firedrill::fuzz {
namespace {

using namespace faults;

struct WitnessSettings final : Settings {
  Outlook outlook() const override { return {}; }

  std::shared_ptr<Passage> passage;
};

class Witness final : public StreamFault {
 public:
  explicit Witness(const WitnessSettings& settings) : passage_{settings.passage} {}
  void data(Bytes bytes, Time now, Outlet& next) override {
    passage_->data(bytes.view(), now);
    next.data(std::move(bytes), now);
  }
  void finish(Time now, Outlet& next) override {
    passage_->end(Passage::End::finish, now);
    next.finish(now);
  }
  void abort(Time now, Outlet& next) override {
    passage_->end(Passage::End::abort, now);
    next.abort(now);
  }
  void update(const Settings&, Time, Outlet&) override {}
  void release(Time, Outlet&) override {}

 private:
  std::shared_ptr<Passage> passage_;
};

const Kind& kind() {
  static const Kind made = [] {
    Kind kind{};
    kind.name = "witness";
    kind.contract = Kind::Contract::stream;
    kind.make_stream = [](const Settings& settings, const Making&, const LinkFacts&,
                          Direction) -> std::unique_ptr<StreamFault> {
      return std::make_unique<Witness>(static_cast<const WitnessSettings&>(settings));
    };
    return kind;
  }();
  return made;
}

}  // namespace

std::shared_ptr<const Fault> witness(std::string name, std::shared_ptr<Passage> passage) {
  auto settings = std::make_shared<WitnessSettings>();
  settings->passage = std::move(passage);
  auto fault = std::make_shared<Fault>();
  fault->name = std::move(name);
  fault->kind = &kind();
  fault->settings = std::move(settings);
  fault->effects = std::make_shared<Effects>();
  return fault;
}

}  // namespace firedrill::fuzz
