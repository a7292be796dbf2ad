//! Extensions of iptables 1.8.9 that are not simulated, or that the kernel lacks.

/// Whether the real tool has a match of this name that is not simulated.
pub(super) fn is_match(name: &str) -> bool {
    name == "ipvs"
}

/// Whether the real tool has a target of this name and the kernel has not.
pub(in crate::tools::iptables) fn lacks_module(name: &str) -> bool {
    matches!(name, "CLUSTERIP" | "LED" | "ULOG")
}
