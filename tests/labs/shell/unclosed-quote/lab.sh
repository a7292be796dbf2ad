# A quote that is never closed.
echo before
echo "never closed
ip link show lo
