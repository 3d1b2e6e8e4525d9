//! How much is measured.

/// Repetitions and sizes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Rounds in which decoding is compared.
    pub rounds: usize,
    /// How often the stream of messages is decoded for one sample.
    pub passes: usize,
    /// Assessments of the tenant whose walk is watched for memory.
    pub large_tenant: usize,
    /// Assessments of the tenant whose requests are counted.
    pub listed_tenant: usize,
    /// How often the component is loaded with compiled code at hand.
    pub cached_loads: usize,
    /// How often it is loaded without.
    pub cold_loads: usize,
    /// Bytes of the file that the program decodes.
    pub file: usize,
    /// How often it decodes it.
    pub runs: usize,
}

impl Effort {
    /// Enough for figures that can be relied on.
    pub(crate) const fn full() -> Self {
        Self { rounds: 61, passes: 2, large_tenant: 200_000, listed_tenant: 20_000, cached_loads: 101, cold_loads: 11, file: 200_000_000, runs: 5 }
    }

    /// Just enough to see that everything is measured.
    pub(crate) const fn quick() -> Self {
        Self { rounds: 1, passes: 1, large_tenant: 2_000, listed_tenant: 2_000, cached_loads: 1, cold_loads: 1, file: 2_000_000, runs: 1 }
    }
}
