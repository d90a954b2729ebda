Feature: Medical records
  Promise: the patient decides who sees what and until when, every access is on record, and no medical word stands on the ledger.

  Background:
    Given the parties Ministry, Patient, Doctor, Hospital, Researcher, Nurse and Chief
    And Ministry founds the policy "break-glass": any 2 of Doctor, Nurse and Chief
    And Ministry founds the policy "release": any 2 of Patient and Researcher
    And the document "blood test" reads "haemoglobin 13.8 g/dl, ferritin 44 ng/ml"
    And Ministry defines the class "records":
      """
      states Stored, Replaced
      flags UniqueContent, OwnerSigns
      issued by anyone
      Stored -> Replaced by Owner
      """
    And Ministry defines the class "grants":
      """
      states Granted, Revoked
      flags OwnerSigns
      issued by anyone
      Granted -> Revoked by Owner
      """
    And Ministry defines the class "accesses":
      """
      states Done
      flags ParentValid, ParentPartySigns
      issued by anyone
      parent "grants" in Granted
      """
    And Ministry defines the class "emergencies", issued by "break-glass":
      """
      states Opened
      """
    And Ministry defines the class "studies", issued by "release":
      """
      states Released
      """
    And Patient creates "record" of the class "records", on the document "blood test"
    And Patient creates "grant" of the class "grants", with Doctor, valid for 7 days

  Scenario: A doctor looks within the week, and the file is the right one
    When 6 days pass
    And Doctor does all or nothing:
      """
      requires "record" to be Stored, on the document "blood test"
      creates "access" of the class "accesses", for Doctor, from "grant"
      """
    Then the document "blood test" with a proof of "record" is found Valid
    And nothing of the document "blood test" stands in the event log
    When Researcher does all or nothing:
      """
      signed by Patient
      creates "study 1" of the class "studies", for Researcher, on the document "blood test"
      """
    And Nurse does all or nothing:
      """
      signed by Chief
      creates "emergency" of the class "emergencies", for Chief, on the document "notice to the patient"
      """
    Then "emergency" is Opened

  @attack
  Scenario: Late, forged, foreign, revoked, alone
    Then Hospital creates "foreign record" of the class "records", for Patient, on the document "other test", which is refused: NotOwner
    And Hospital creates "foreign access" of the class "accesses", from "grant", which is refused: Unauthorized
    And the document "blood test" with one byte changed and a proof of "record" is found Forged
    And Doctor requires "record" to be Stored, on the document "another blood test", which is refused: BadProof
    And Nurse creates "emergency" of the class "emergencies", for Nurse, on the document "notice to the patient", which is refused: ThresholdNotMet
    And Researcher creates "study 1" of the class "studies", for Researcher, on the document "blood test", which is refused: ThresholdNotMet
    When 8 days pass
    Then Doctor creates "late access" of the class "accesses", for Doctor, from "grant", which is refused: Expired
    Given Patient creates "second grant" of the class "grants", with Doctor, valid for 7 days
    And Patient moves "second grant" to Revoked
    Then Doctor creates "revoked access" of the class "accesses", for Doctor, from "second grant", which is refused: InvalidParent
