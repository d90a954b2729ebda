// SPDX-License-Identifier: Apache-2.0
using System;

namespace FastLedger.Simulation;

/// <summary>An invariant of the code under test was violated.</summary>
public sealed class SimulatedInvariantException(string message) : Exception(message);
