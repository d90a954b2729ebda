// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;

namespace FastLedger.Simulation;

/// <summary>A protocol error, as edits of the source.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Meaning">What is wrong with it.</param>
/// <param name="Edits">Each text must occur exactly once in its file.</param>
public sealed record Mutant(string Name, string Meaning, IReadOnlyList<MutantEdit> Edits);
