// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Simulation;

/// <summary>An entry of the event queue.</summary>
/// <param name="TimeNs">Virtual time.</param>
/// <param name="Order">Breaks ties, so the order never depends on the heap.</param>
/// <param name="Kind">What happens.</param>
/// <param name="Instance">Whom it happens to.</param>
/// <param name="From">Node that a frame came from.</param>
/// <param name="Frame">Slot in the frame pool, index of a fault, or a number.</param>
/// <param name="Incarnation">Life of the instance that the event belongs to; events of an earlier life are void.</param>
public readonly record struct SimulatedEvent(
    ulong TimeNs, ulong Order, SimulatedEventKind Kind, short Instance, short From, int Frame, uint Incarnation);
