# A syntax error: what stands before it has run.
echo before
ip link set lo up
for i in 1 2; do
  echo $i
fi
echo "never printed"
