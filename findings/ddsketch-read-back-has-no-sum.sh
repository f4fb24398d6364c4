#!/usr/bin/env bash
# Expected: a DDSketch that was stored and read again (toProto, fromProto) answers as before: it is made to be stored per hour
#   and merged per day. Where something is not kept, it is missing or NaN.
# Happens: quantiles and the count come back, sum, min and max do not: they are 0, Infinity and -Infinity, and Python's avg is
#   0.0. After a merge with a sketch of live values they look right and are not: the count is of all values, the sum of
#   the live ones. JavaScript and Python alike, also when one writes and the other reads.
# Why it matters: the mean of a week is that of its last hour divided by the number of minutes of the week, and the largest
#   minute ever is that of the last hour. Both are plausible numbers. Take the quantile 1 in place of max.
# Source: DDSketchProto.from_proto in ddsketch/pb/proto.py, whose docstring says that the information is lost; DDSketch.fromProto
#   in @datadog/sketches-js, whose README shows sum, min and max, and serialization, and no word of this.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$work" @datadog/sketches-js@2.1.1 protobufjs@7.5.4 >/dev/null || exit 2
pip install -q --target "$work/lib" ddsketch==3.0.1 protobuf==7.36.2 2>pip.txt || { cat pip.txt; exit 2; }
echo "node $(node --version), @datadog/sketches-js 2.1.1, protobufjs 7.5.4, $(python3 --version), ddsketch 3.0.1, protobuf 7.36.2"

cat > probe.cjs <<'EOF_PROBE'
const { DDSketch } = require('@datadog/sketches-js');
const { writeFileSync } = require('node:fs');

const tell = (name, sketch) => {
  console.log(`js     ${name}: count ${sketch.count} sum ${sketch.sum} min ${sketch.min} max ${sketch.max} q1 ${Math.round(sketch.getValueAtQuantile(1))}`);
  return [sketch.count, sketch.sum, sketch.min, sketch.max].join();
};
const stored = new DDSketch();
for (let minute = 0; minute < 999; minute += 1) stored.accept(10);
stored.accept(500);
const bytes = stored.toProto();
writeFileSync('stored.bin', bytes);
const read = DDSketch.fromProto(bytes);
const live = new DDSketch();
live.accept(7);
const seen = [tell('before', stored), tell('read  ', read)];
read.merge(live);
seen.push(tell('merged', read));
if (seen.join(' ') !== '1000,10490,10,500 1000,0,Infinity,-Infinity 1001,7,7,7') {
  console.log('CHANGED');
  process.exit(1);
}
EOF_PROBE
cat > probe.py <<'EOF_PROBE'
import sys
from ddsketch import DDSketch
from ddsketch.pb import ddsketch_pb2
from ddsketch.pb.proto import DDSketchProto

message = ddsketch_pb2.DDSketch()
message.ParseFromString(open("stored.bin", "rb").read())
read = DDSketchProto.from_proto(message)
live = DDSketch()
live.add(7)
seen = []
for name in ("read  ", "merged"):
    seen.append((read.count, read.sum, round(read.avg, 3)))
    print(f"python {name}: count {read.count:.0f} sum {read.sum} avg {seen[-1][2]} q1 {read.get_quantile_value(1):.0f}")
    read.merge(live)
if seen != [(1000, 0, 0), (1001, 7, 0.007)]:
    print("CHANGED")
    sys.exit(1)
EOF_PROBE
node probe.cjs
PYTHONPATH="$work/lib" python3 probe.py
