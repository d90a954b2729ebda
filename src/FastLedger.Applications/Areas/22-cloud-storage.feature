Feature: Cloud storage
  Promise: whoever rents out space is paid for each day on which he proves to still have the file, and for no other.

  Background:
    Given the parties Bank, Network, Renter, Farmer and Stranger
    And Bank issues STJ with 2 decimals
    And Renter has 30.00 STJ
    And Farmer holds accounts in STJ
    And Network defines the class "storage contracts":
      """
      states Active, Failed, Completed
      flags OwnerSigns, Provable, CounterpartySigns
      issued by anyone
      value 1 to 1,000,000
      proof every 23 hours
      Active -> Failed by Owner
      Active -> Completed by OwnerAndCounterparty
      """
    And the file "holiday" has 1,024 chunks
    And Renter does all or nothing:
      """
      signed by Farmer
      creates "contract" of the class "storage contracts", with Farmer, storing "holiday"
      """
    And the policy "proof" is that of a correct proof of "contract"
    And Renter reserves 30.00 STJ as "rent" for Farmer's STJ, released by "proof", never voided, for at most 40 days

  Scenario: Thirty days, thirty proofs
    When Farmer proves "contract" on 30 days, drawing 1.00 STJ of "rent" each time
    Then Farmer's STJ holds 30.00 STJ
    And Renter's STJ holds 0.00 STJ
    And 44 audits find a loss of 10 % with 99.03 %
    And 300 audits find a loss of 1 % with 95.10 %

  Scenario: A farmer who stops is not paid any more
    When Farmer proves "contract" on 10 days, drawing 1.00 STJ of "rent" each time
    And 41 days pass
    Then Farmer's STJ holds 10.00 STJ
    And Renter's STJ holds 20.00 STJ

  @attack
  Scenario: Wrong chunks, old proofs, no proof, early withdrawal
    Given 2 days pass
    And "contract" asks for a chunk
    Then Farmer does all or nothing, which is refused: BadProof:
      """
      shows a forged chunk of "contract"
      posts 1.00 STJ of "rent" and keeps the rest reserved
      """
    And Farmer does all or nothing, which is refused: BadProof:
      """
      shows another chunk of "contract"
      posts 1.00 STJ of "rent" and keeps the rest reserved
      """
    And Farmer posts 1.00 STJ of "rent" and keeps the rest reserved, which is refused: Unauthorized
    And Renter voids "rent", which is refused: Unauthorized
    When Farmer proves "contract" on 1 days, drawing 1.00 STJ of "rent" each time
    And "contract" asks for a chunk
    Then Farmer does all or nothing, which is refused: TooEarly:
      """
      shows the chunk of "contract"
      posts 1.00 STJ of "rent" and keeps the rest reserved
      """
    When 1 day passes
    Then Farmer does all or nothing, which is refused: BadProof:
      """
      shows the chunk of "contract" that was asked for before
      posts 1.00 STJ of "rent" and keeps the rest reserved
      """
