# set -e stops the lab at the first failure, but not in a condition.
set -e
ip netns add a
ip netns exec a false || echo "caught"
if ip link show nosuch 2>/dev/null; then echo found; fi
ip netns exec b ip link
echo "never printed"
